import { join } from "node:path";
import type { Figure } from "./figure.ts";
import { bundleWorker } from "./runtime/bundle.ts";
import { Workerd } from "./runtime/workerd.ts";

/** The servers that parts measure. */
export interface Bench {
  /**
   * Starts the package's Worker.
   *
   * @param folder Name of its data's folder: another start with the same name finds the same streams.
   * @param maxReadBytes Largest page; the default unless given.
   */
  streams(folder: string, maxReadBytes?: number): Promise<Workerd>;
  /** Starts the Worker that does the least. @param folder Name of its data's folder. */
  floor(folder: string): Promise<Workerd>;
  /** A folder for the data of another server. @param server Its name. @param folder As above. */
  folder(server: string, folder: string): string;
}

/** A group of figures that can be asked for by name. */
export interface Part {
  /** Its name, or the first segments of it, selects it. */
  readonly name: string;
  /** Measures. @returns Its figures, as soon as each is known. */
  run(bench: Bench): AsyncIterable<Figure>;
}

/**
 * Bundles the Workers.
 *
 * @param dir Folder for bundles, configurations and data; the caller's to delete.
 */
export async function prepareBench(dir: string): Promise<Bench> {
  const [streams, floor] = await Promise.all([
    bundleWorker("stream-worker.ts", join(dir, "stream-worker")),
    bundleWorker("floor-worker.ts", join(dir, "floor-worker")),
  ]);
  return {
    streams: (folder, maxReadBytes) => {
      const vars = { MAX_READ_BYTES: maxReadBytes === undefined ? "" : String(maxReadBytes) };
      const worker = { module: streams, className: "BenchStream", binding: "STREAMS", vars };
      return Workerd.start(worker, join(dir, "streams", folder));
    },
    floor: (folder) =>
      Workerd.start(
        { module: floor, className: "FloorObject", binding: "FLOOR", vars: {} },
        join(dir, "floor", folder),
      ),
    folder: (server, folder) => join(dir, server, folder),
  };
}
