import { isJsonContentType } from "durable-cf-streams";

/**
 * What does the same as the page in a terminal.
 *
 * @param url The stream's.
 * @param contentType What it is created as.
 */
export function commands(url: string, contentType: string): string {
  const header = `-H ${quote(`Content-Type: ${contentType}`)}`;
  const body = quote(isJsonContentType(contentType) ? '{"hello":"world"}' : "hello");
  return [
    `curl -X PUT ${quote(url)} ${header}`,
    `curl -X POST ${quote(url)} ${header} -d ${body}`,
    `curl -N ${quote(`${url}?offset=-1&live=sse`)}`,
  ].join("\n");
}

/** One word for a POSIX shell. Names were chosen by others, and these lines are made to be pasted. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
