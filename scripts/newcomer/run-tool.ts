import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** What a program wrote. */
export interface ToolOutput {
  /** Its standard output. */
  readonly stdout: string;
  /** Its standard error. */
  readonly stderr: string;
}

/**
 * Runs a program to its end.
 *
 * @param line - Its name and its arguments.
 * @param options - `cwd`: where. `env`: its whole environment, unless it is to have this process's.
 * @throws Error with all its output when it ends with another code than 0.
 */
export async function runTool(
  line: readonly [program: string, ...args: string[]],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<ToolOutput> {
  const [program, ...args] = line;
  return execute(program, args, options).catch((error: Error & Partial<ToolOutput>) => {
    throw new Error(`${line.join(" ")}\n${error.stdout ?? ""}${error.stderr ?? error.message}`);
  });
}
