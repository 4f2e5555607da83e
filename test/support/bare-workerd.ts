import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Workerd } from "../../bench/runtime/workerd.ts";

/** A Worker on a workerd of its own, with nothing in front. */
export interface BareWorkerd {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Its process id. */
  readonly pid: number;
  /** Stops it and forgets its data. */
  stop(): Promise<void>;
}

/**
 * Bundles a Worker, as fast as can be, and serves it over no data.
 *
 * @param entry The Worker's module, which finds its objects by the binding `STREAMS`.
 * @param className The class of the objects.
 */
export async function startBareWorkerd(entry: URL, className: string): Promise<BareWorkerd> {
  const folder = await mkdtemp(join(tmpdir(), "bare-workerd-"));
  const module = join(folder, "worker.js");
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile: module,
    bundle: true,
    format: "esm",
    external: ["cloudflare:workers"],
    logLevel: "error",
  });
  const workerd = await Workerd.start({ module, className, binding: "STREAMS", vars: {} }, folder);
  return {
    origin: workerd.origin,
    pid: workerd.pid,
    async stop() {
      await workerd.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
