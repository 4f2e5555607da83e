import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Contestant, createStream } from "./contestant.ts";

const SERVER = fileURLToPath(new URL("reference-server.ts", import.meta.url));
const START_TIMEOUT_MS = 15_000;

/** The reference server with its file store, on Node. */
export class ReferenceServer implements Contestant {
  readonly name = "reference";
  readonly pid: number;
  readonly origin: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, pid: number, origin: string) {
    this.#child = child;
    this.pid = pid;
    this.origin = origin;
  }

  /**
   * Starts one.
   *
   * @param dir Folder for its data.
   * @throws Error when it does not listen within 15 seconds.
   */
  static async start(dir: string): Promise<ReferenceServer> {
    // What it logs is no figure.
    const child = fork(SERVER, [dir], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const [origin]: unknown[] = await once(child, "message", { signal: AbortSignal.timeout(START_TIMEOUT_MS) });
    if (child.pid === undefined || typeof origin !== "string") throw new Error("The reference server did not start");
    return new ReferenceServer(child, child.pid, origin);
  }

  pathOf(stream: string): string {
    return `/${stream}`;
  }

  create(http: Parameters<Contestant["create"]>[0], stream: string): Promise<void> {
    return createStream(http, this.pathOf(stream));
  }

  /** Ends it with the block it was declared in. */
  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}
