import { spawn } from "node:child_process";
import { once } from "node:events";

const START_TIMEOUT_MS = 60_000;

/** A development server that a command line started. */
export interface DevCommand {
  /** Scheme, host and port, as the command printed them. */
  readonly origin: string;
  /** All that it has printed, for when something fails. */
  output(): string;
  /** Does what Ctrl-C does in a terminal. Resolves when the command and all that it has started are gone. */
  stop(): Promise<void>;
}

/**
 * Starts the command line of a development server and waits until it is ready.
 *
 * @param line - As typed.
 * @param options - `cwd`: where. `env`: its whole environment.
 * @throws Error with its output when it ends before it is ready, or is not ready within a minute.
 */
export async function startDevCommand(
  line: string,
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<DevCommand> {
  // A process group of its own, as a terminal gives it: npx and wrangler start others.
  const child = spawn(line, { ...options, shell: true, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  let output = "";
  const ready = new Promise<string>((resolve) => {
    const collect = (data: Buffer): void => {
      output += data;
      const [, origin] = /Ready on (http:\/\/[^\s/]+)/.exec(output) ?? [];
      if (origin !== undefined) resolve(origin);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
  });
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-(child.pid ?? 0), name);
    } catch {
      // The whole group is gone already.
    }
  };
  const kill = (): void => signal("SIGKILL");
  process.once("exit", kill);
  const stop = async (): Promise<void> => {
    signal("SIGINT");
    const late = setTimeout(kill, 10_000);
    await ended;
    clearTimeout(late);
    process.off("exit", kill);
  };

  const { promise: overdue, reject } = Promise.withResolvers<never>();
  const deadline = setTimeout(() => reject(new Error("is not ready after a minute")), START_TIMEOUT_MS);
  try {
    const early = ended.then(([code]) => Promise.reject(new Error(`ended with ${code}`)));
    return { origin: await Promise.race([ready, early, overdue]), output: () => output, stop };
  } catch (error) {
    await stop();
    throw new Error(`${line}\n${output}`, { cause: error });
  } finally {
    clearTimeout(deadline);
  }
}
