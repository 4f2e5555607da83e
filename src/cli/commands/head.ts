import { type ConnectionOptions, streamAt } from "../connection.ts";
import { printFacts } from "../facts.ts";
import type { Shell } from "../shell.ts";

/** Says what a stream is and where it ends. */
export async function head(url: string, options: ConnectionOptions, shell: Shell): Promise<void> {
  const metadata = await streamAt(url, options, shell, { signal: shell.signal }).head();
  await printFacts({ ...metadata, expiresAt: metadata.expiresAt?.toISOString() }, shell, options);
}
