import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleWorker } from "../../bench/runtime/bundle.ts";
import type { ServedWorker } from "../../bench/runtime/config.ts";
import { Workerd } from "../../bench/runtime/workerd.ts";

/** The Worker of these tests on a bare workerd, which may be killed and started again over the same data. */
export class ServedSmallPages {
  readonly #folder: string;
  readonly #worker: ServedWorker;
  #runtime: Workerd;

  private constructor(folder: string, worker: ServedWorker, runtime: Workerd) {
    this.#folder = folder;
    this.#worker = worker;
    this.#runtime = runtime;
  }

  /** Bundles and starts it, over no data. */
  static async start(): Promise<ServedSmallPages> {
    const folder = await mkdtemp(join(tmpdir(), "served-worker-"));
    const module = await bundleWorker("../test/e2e/worker.ts", folder);
    const worker: ServedWorker = { module, className: "SmallPages", binding: "STREAMS", vars: {} };
    return new ServedSmallPages(folder, worker, await Workerd.start(worker, folder));
  }

  /** Scheme, host and port, as they are now. */
  get origin(): string {
    return this.#runtime.origin;
  }

  /** Ends the runtime without a warning, whatever it is at. Resolves when it is gone. */
  async kill(): Promise<void> {
    const gone = this.#runtime.stop();
    process.kill(this.#runtime.pid, "SIGKILL");
    await gone;
  }

  /** Starts a new runtime over the data of the one that was killed. */
  async revive(): Promise<void> {
    this.#runtime = await Workerd.start(this.#worker, this.#folder);
  }

  /** Stops it and forgets its data. */
  async stop(): Promise<void> {
    await this.#runtime.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
