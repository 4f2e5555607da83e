import { type ConnectionOptions, streamAt } from "../connection.ts";
import { printFacts } from "../facts.ts";
import type { Shell } from "../shell.ts";

/** Deletes a stream and all that it holds. */
export async function remove(url: string, options: ConnectionOptions, shell: Shell): Promise<void> {
  await streamAt(url, options, shell, { signal: shell.signal }).delete();
  await printFacts({ deleted: true }, shell, options);
}
