import type { Clock } from "../shared/index.ts";

/** What a command has of the process around it. A test gives it another one. */
export interface Shell {
  /** Standard input. Nothing is read before somebody iterates, nor faster than they do. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Whether somebody types the standard input. */
  readonly isInputTerminal: boolean;
  /**
   * Writes to the standard output.
   *
   * @returns When the system has taken the bytes.
   * @throws OutputClosedError when nobody reads any more.
   */
  write(bytes: string | Uint8Array): Promise<void>;
  /** Whether somebody watches the standard output. */
  readonly isOutputTerminal: boolean;
  /** Writes to the standard error, as it is. */
  tell(text: string): void;
  /** Whether somebody watches the standard error. */
  readonly isErrorTerminal: boolean;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C and its like, with an `InterruptedError`. */
  readonly signal: AbortSignal;
  /** Time. */
  readonly clock: Clock;
}
