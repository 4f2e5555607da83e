import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

/** How a command ended. */
export interface CommandResult {
  /** Its exit code, `null` when a signal ended it. */
  readonly code: number | null;
  /** All it wrote to its standard output. */
  readonly stdout: string;
  /** All it wrote to its standard error. */
  readonly stderr: string;
}

/** A command as a user would run it, in a process group of its own, as a terminal would give it. */
export class Command implements AsyncDisposable {
  /** Fulfilled when the command has ended and all its output is here. */
  readonly ended: Promise<CommandResult>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #stdout = "";
  #stderr = "";

  /**
   * Starts it.
   *
   * @param line - The name of a program and its arguments.
   * @param options - `cwd`, and variables on top of this process's environment.
   */
  constructor(line: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
    const [program = "", ...args] = line;
    const env = { ...process.env, NO_COLOR: "1", ...options.env };
    this.#child = spawn(program, args, { cwd: options.cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    this.#child.stdout.on("data", (data) => {
      this.#stdout += data;
    });
    this.#child.stderr.on("data", (data) => {
      this.#stderr += data;
    });
    this.ended = once(this.#child, "close").then(([code]) => ({ code, stdout: this.#stdout, stderr: this.#stderr }));
  }

  /**
   * Waits for something in the standard output.
   *
   * @param pattern - What to wait for.
   * @returns The first match.
   * @throws Error with all of the output when the command ends without it.
   */
  async output(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#stdout);
      if (match !== null) {
        return match;
      }
      const end = await Promise.race([this.ended, once(this.#child.stdout, "data")]);
      if ("code" in end && !pattern.test(this.#stdout)) {
        throw new Error(`Ended with ${end.code} before ${pattern}:\n${end.stdout}${end.stderr}`);
      }
    }
  }

  /** Does what Ctrl-C in a terminal does: interrupts the command and all it has started. */
  interrupt(): void {
    this.#signal("SIGINT");
  }

  /** Sends a signal to the command alone, not to what it has started. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the command, however it is, and all it has started. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal("SIGKILL");
    await this.ended;
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-(this.#child.pid ?? 0), signal);
    } catch {
      // The whole group is gone already.
    }
  }
}
