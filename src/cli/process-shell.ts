import process from "node:process";
import { systemClock } from "../shared/index.ts";
import { InterruptedError, OutputClosedError } from "./errors.ts";
import type { Shell } from "./shell.ts";

/** What is not there to be written to any more, in the words of the system and of Node. */
const CLOSED: readonly unknown[] = ["EPIPE", "EOF", "ERR_STREAM_DESTROYED"];

const ignore = (): void => {};

function isClosed(error: Error): boolean {
  return "code" in error && CLOSED.includes(error.code);
}

/**
 * The process that runs the command. The first signal interrupts; the next one finds no handler and ends the process at
 * once.
 */
export function processShell(): Shell {
  const { stdin, stdout, stderr } = process;
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(name, () => interruption.abort(new InterruptedError({ signal: name })));
  }
  // The callback of each write tells; without a listener the event would end the process.
  stdout.on("error", ignore);
  stderr.on("error", ignore);
  return {
    // Not even looked at before it is needed: a command that reads nothing must not wait for its input's end.
    input: { [Symbol.asyncIterator]: () => stdin[Symbol.asyncIterator]() },
    isInputTerminal: stdin.isTTY === true,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        stdout.write(bytes, (error) => {
          if (error == null) resolve();
          else reject(isClosed(error) ? new OutputClosedError() : error);
        });
      }),
    isOutputTerminal: stdout.isTTY === true,
    tell: (text) => {
      stderr.write(text);
    },
    isErrorTerminal: stderr.isTTY === true,
    env: process.env,
    signal: interruption.signal,
    clock: systemClock,
  };
}
