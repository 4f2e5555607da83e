/** What is known of a stream before anything is sent to it. */
export interface Appendable {
  /** What it is created as. */
  readonly contentType: string;
  /** A body that can be appended to it. */
  readonly sample: string;
}

/**
 * What does the same as the page in a terminal.
 *
 * @param url The stream's.
 * @param stream What it is, or is to be.
 */
export function commands(url: string, { contentType, sample }: Appendable): string {
  const header = `-H ${quote(`Content-Type: ${contentType}`)}`;
  return [
    `curl -X PUT ${quote(url)} \\\n  ${header}`,
    `curl -X POST ${quote(url)} \\\n  ${header} \\\n  -d ${quote(sample)}`,
    `curl -N ${quote(`${url}?offset=-1&live=sse`)}`,
  ].join("\n\n");
}

/** One word for a POSIX shell. Names were chosen by others, and these lines are made to be pasted. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
