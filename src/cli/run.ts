import { CommanderError } from "commander";
import { type Perform, program } from "./program.ts";
import { EXIT_USAGE, report } from "./report.ts";
import type { Shell } from "./shell.ts";

/**
 * Runs one command line.
 *
 * @param args What was typed behind the program's name.
 * @param shell Where it was typed.
 * @returns The exit code: 0, 1 for a failure, 2 for a command line that makes no sense, 128 and the number for a signal.
 */
export async function run(args: readonly string[], shell: Shell): Promise<number> {
  let code = 0;
  const perform: Perform = (command) => async (url, options) => {
    try {
      await command(url, options, shell);
    } catch (error) {
      code = report(error, shell, options);
    }
  };
  const help: Promise<void>[] = [];
  const parser = program(perform, {
    writeOut: (text) => void help.push(shell.write(text)),
    writeErr: (text) => shell.tell(text),
  });
  try {
    await parser.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // It has said what is wrong; help and version that were asked for are no mistake.
    code = error.exitCode === 0 ? 0 : EXIT_USAGE;
  }
  const written = await Promise.allSettled(help);
  const lost = written.find((result) => result.status === "rejected");
  return lost === undefined ? code : report(lost.reason, shell, {});
}
