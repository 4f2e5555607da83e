import { type ConnectionOptions, streamAt } from "../connection.ts";
import { UsageError } from "../errors.ts";
import { printFacts } from "../facts.ts";
import type { Shell } from "../shell.ts";
import { type LifetimeOptions, lifetimeOf } from "./create.ts";

/** What `fork` takes. */
export interface ForkOptions extends ConnectionOptions, LifetimeOptions {
  /** Where it is to live: a URL, or one relative to the source. */
  readonly to: string;
  /** Where it leaves the source; its end unless given. */
  readonly at?: string | undefined;
  /** Messages or bytes to inherit past that. */
  readonly subOffset?: number | undefined;
}

/** Creates a stream that begins with the content of another one. */
export async function fork(url: string, options: ForkOptions, shell: Shell): Promise<void> {
  const { to, at, subOffset } = options;
  if (!URL.canParse(to, url) || new URL(to, url).origin !== new URL(url).origin) {
    throw new UsageError(
      "A fork lives on the server of its source: --to takes a URL there, or one relative to the source",
    );
  }
  const { signal } = shell;
  // The fork asks for the source's content type, which only the source knows.
  const { contentType } = await streamAt(url, options, shell, { signal }).head();
  const source = streamAt(url, options, shell, { contentType, signal });
  const target = await source.fork({ ...lifetimeOf(options), to, at, subOffset });
  const { offset, closed, streamId } = await target.head();
  await printFacts({ url: target.url, offset, closed, streamId }, shell, options);
}
