import { type ConnectionOptions, streamAt } from "../connection.ts";
import { printFacts } from "../facts.ts";
import { messageOf } from "../input/data.ts";
import { kindOf } from "../kind.ts";
import type { Shell } from "../shell.ts";

/** What `close` takes. */
export interface CloseOptions extends ConnectionOptions {
  /** A last message. */
  readonly data?: string | undefined;
}

/** Closes a stream, with a last message if one is given. */
export async function close(url: string, options: CloseOptions, shell: Shell): Promise<void> {
  const { data } = options;
  const { signal } = shell;
  const plain = streamAt(url, options, shell, { signal });
  if (data === undefined) {
    const { offset } = await plain.close();
    return printFacts({ closed: true, offset }, shell, options);
  }
  const { contentType } = await plain.head();
  const stream = streamAt(url, options, shell, { contentType, signal });
  const { offset } = await stream.close({ message: messageOf(data, kindOf(contentType)) });
  await printFacts({ closed: true, offset }, shell, options);
}
