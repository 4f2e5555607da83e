import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { type ServedWorker, workerdConfig } from "./config.ts";
import { findWorkerd } from "./workerd-binary.ts";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 2_000;
/** The file descriptor on which workerd says which port it got. */
const CONTROL_FD = 3;

/** A bare workerd, serving one Worker with nothing in front of it. */
export class Workerd {
  /** Scheme, host and port, without a trailing slash. */
  readonly origin: string;
  /** Its process id. */
  readonly pid: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, pid: number, port: number) {
    this.#child = child;
    this.pid = pid;
    this.origin = `http://127.0.0.1:${port}`;
  }

  /**
   * Starts one.
   *
   * @param worker What to serve.
   * @param dir Folder for its configuration and, below it, its data, which outlives it.
   * @throws Error when it does not listen within a minute.
   */
  static async start(worker: ServedWorker, dir: string): Promise<Workerd> {
    const storage = join(dir, "data");
    const config = join(dir, "config.capnp");
    await mkdir(storage, { recursive: true });
    // What is embedded is found from the configuration's own folder, never by an absolute path.
    const module = relative(dir, worker.module);
    await writeFile(config, workerdConfig({ ...worker, module }, storage));
    const child = spawn(findWorkerd().path, ["serve", config, `--control-fd=${CONTROL_FD}`], {
      stdio: ["ignore", "inherit", "inherit", "pipe"],
    });
    // However this process ends, the runtime does not stay behind.
    const end = (): void => void child.kill("SIGKILL");
    process.once("exit", end);
    child.once("exit", () => process.off("exit", end));
    try {
      const port = await listeningPort(child);
      if (child.pid === undefined) throw new Error("workerd did not start");
      return new Workerd(child, child.pid, port);
    } catch (error) {
      end();
      throw error;
    }
  }

  /** Ends it. Resolves when the process is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    // It would wait for live readers that it does not yet know to be gone.
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }

  /** Ends it with the block it was declared in. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

async function listeningPort(child: ChildProcess): Promise<number> {
  const control = child.stdio[CONTROL_FD];
  if (!(control instanceof Readable)) throw new Error("workerd has no control pipe");
  const timer = setTimeout(() => child.kill("SIGKILL"), START_TIMEOUT_MS);
  try {
    for await (const line of createInterface({ input: control })) {
      const port = portOf(JSON.parse(line));
      if (port !== undefined) return port;
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error("workerd ended, or was ended, before it listened");
}

function portOf(message: unknown): number | undefined {
  if (typeof message !== "object" || message === null || Reflect.get(message, "socket") !== "http") return undefined;
  const port: unknown = Reflect.get(message, "port");
  return typeof port === "number" ? port : undefined;
}
