import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare, type MiniflareOptions } from "miniflare";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from "../../bench/runtime/bundle.ts";
import { findWorkerd } from "../../bench/runtime/workerd-binary.ts";

type SimulatedWorkerOptions = MiniflareOptions["workers"][number];

/** What a Worker has bindings to, by their names. */
export type Bindings = NonNullable<SimulatedWorkerOptions["config"]["env"]>;

/** A Worker to serve. */
export interface WorkerToServe {
  readonly name: string;
  /** Its module. */
  readonly entry: URL;
  readonly bindings: Bindings;
  /** The class of its objects, bound as `STREAMS`, if it has any. */
  readonly className?: string;
}

/**
 * Serves Workers over the simulators of D1, KV and R2, on a runtime of their own and over no data.
 *
 * @param first The Worker that is asked, on a socket that leads nowhere else: a proxy in front takes half the time.
 * @param others What it has bindings to.
 * @returns Where it is, and what stops it and forgets its data.
 */
export async function startSimulated(first: WorkerToServe, ...others: readonly WorkerToServe[]) {
  const workers = await Promise.all([first, ...others].map(optionsOf));
  const miniflare = await withNewestRuntime(async () => {
    const starting = new Miniflare({ logRequests: false, workers });
    await starting.ready.catch(async (error) => {
      await starting.dispose();
      throw error;
    });
    return starting;
  });
  const { origin } = await miniflare.unsafeGetDirectURL(first.name);
  return { origin, close: () => miniflare.dispose() };
}

let starts = 0;

/** Has Miniflare start what `wrangler dev` would: by itself it starts the older runtime of the pool for tests in workerd. */
async function withNewestRuntime<T>(start: () => Promise<T>): Promise<T> {
  starts += 1;
  process.env.MINIFLARE_WORKERD_PATH = findWorkerd().path;
  try {
    return await start();
  } finally {
    starts -= 1;
    if (starts === 0) delete process.env.MINIFLARE_WORKERD_PATH;
  }
}

async function optionsOf({ name, entry, bindings, className }: WorkerToServe): Promise<SimulatedWorkerOptions> {
  return {
    config: {
      type: "worker",
      name,
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: [...COMPATIBILITY_FLAGS],
      manifest: {
        mainModule: "worker.js",
        modulesRoot: fileURLToPath(new URL(".", entry)),
        modules: { "worker.js": { type: "esm", contents: await bundled(entry) } },
      },
      env:
        className === undefined
          ? bindings
          : { ...bindings, STREAMS: { type: "durable-object", workerName: name, exportName: className } },
      exports: className === undefined ? {} : { [className]: { type: "durable-object", storage: "sqlite" } },
    },
    dev: { unsafeDirectSockets: [{}] },
  };
}

async function bundled(entry: URL): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false,
    format: "esm",
    external: ["cloudflare:workers"],
    logLevel: "error",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`Nothing was made of ${entry}`);
  return file.text;
}
