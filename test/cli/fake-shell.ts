import { InterruptedError, OutputClosedError } from "../../src/cli/errors.ts";
import { run } from "../../src/cli/run.ts";
import type { Shell } from "../../src/cli/shell.ts";
import { systemClock } from "../../src/shared/index.ts";

/** What a test may want otherwise: empty input, nobody watching, no variables. */
export interface ShellOptions {
  readonly input?: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly env?: Record<string, string>;
  readonly terminal?: { readonly input?: boolean; readonly output?: boolean; readonly error?: boolean };
  readonly clock?: Shell["clock"];
  /** Bytes after which nobody reads the output any more. */
  readonly closesAfter?: number;
}

/** A command that was started in-process. */
export interface Started {
  /** Resolves with the exit code and all that was written. */
  readonly ended: Promise<Ended>;
  /** What was written so far. */
  readonly written: () => string;
  /** Waits until the output has something. */
  output(pattern: RegExp): Promise<void>;
  /** Ctrl-C. */
  interrupt(): void;
}

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly bytes: Buffer;
  readonly stderr: string;
}

/** Bytes in pieces. */
export async function* pieces(...all: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of all) yield typeof piece === "string" ? Buffer.from(piece) : piece;
}

/** Starts the command line in this process, in a shell of its own. */
export function start(args: readonly string[], options: ShellOptions = {}): Started {
  const { input = "", env = {}, terminal = {}, clock = systemClock, closesAfter = Number.POSITIVE_INFINITY } = options;
  const interruption = new AbortController();
  const out: Uint8Array[] = [];
  let size = 0;
  let stderr = "";
  let changed = Promise.withResolvers<void>();
  const written = (): string => Buffer.concat(out).toString();
  const ended = run(args, {
    input: typeof input === "string" || input instanceof Uint8Array ? pieces(input) : input,
    isInputTerminal: terminal.input === true,
    isOutputTerminal: terminal.output === true,
    isErrorTerminal: terminal.error === true,
    env,
    clock,
    signal: interruption.signal,
    tell: (text) => {
      stderr += text;
    },
    write: async (content) => {
      const bytes = Buffer.from(content);
      if (size + bytes.length > closesAfter) throw new OutputClosedError();
      size += bytes.length;
      out.push(bytes);
      changed.resolve();
      changed = Promise.withResolvers();
    },
  }).then((code) => ({ code, stdout: written(), bytes: Buffer.concat(out), stderr }));
  return {
    ended,
    written,
    async output(pattern) {
      while (!pattern.test(written())) {
        const end = await Promise.race([changed.promise, ended]);
        if (end !== undefined && !pattern.test(written())) {
          throw new Error(`Ended with ${end.code} before ${pattern}: ${end.stdout}${end.stderr}`);
        }
      }
    },
    interrupt: () => interruption.abort(new InterruptedError({ signal: "SIGINT" })),
  };
}

/** Runs the command line to its end. */
export function cli(args: readonly string[], options?: ShellOptions): Promise<Ended> {
  return start(args, options).ended;
}

/** The JSON lines of an output. */
export function jsonLines(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));
}
