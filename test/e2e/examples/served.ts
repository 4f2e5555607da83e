import { fileURLToPath } from "node:url";
import { createTestHarness } from "wrangler";
import { buildPage } from "../../../examples/page/build.ts";

/** An example being served. */
export interface ServedExample {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Stops it and forgets its data. */
  close(): Promise<void>;
}

/** How {@link serveExample} serves an example. */
export interface ServeOptions {
  /** Whether it has a page, to be built first. */
  readonly page?: boolean;
  /** Variables on top of its configuration's. */
  readonly vars?: Record<string, string>;
}

/**
 * Serves the Worker of an example as its configuration says.
 *
 * @param name Folder of the example.
 */
export async function serveExample(
  name: string,
  { page = false, vars = {} }: ServeOptions = {},
): Promise<ServedExample> {
  if (page) await buildPage(name);
  const configPath = fileURLToPath(new URL(`../../../examples/${name}/wrangler.jsonc`, import.meta.url));
  const harness = createTestHarness({ workers: [{ configPath, vars }] });
  const { url } = await harness.listen();
  return { origin: url.origin, close: () => harness.close() };
}
