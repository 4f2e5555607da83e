/** What goes wrong on this side of the network, told apart by tags like the protocol's own errors. */
abstract class CommandLineError extends Error {
  /** The name of the class. */
  abstract readonly _tag: string;
}

/** A mistake in the command line that shows only when the command runs. */
export class UsageError extends CommandLineError {
  /** Tells this class from the others. */
  readonly _tag = "UsageError";
  /** The same as the tag. */
  override readonly name = this._tag;
}

/** The input is not what the stream takes. Everything before the place named was appended. */
export class InvalidInputError extends CommandLineError {
  /** Tells this class from the others. */
  readonly _tag = "InvalidInputError";
  /** The same as the tag. */
  override readonly name = this._tag;
}

/** The checkpoint file cannot be read as one. Starting over instead would repeat everything in silence. */
export class BrokenCheckpointError extends CommandLineError {
  /** Tells this class from the others. */
  readonly _tag = "BrokenCheckpointError";
  /** The same as the tag. */
  override readonly name = this._tag;
  /** The file. */
  readonly file: string;

  /** @param facts What happened, as data. */
  constructor(facts: { readonly file: string; readonly why: string }, options?: { readonly cause?: unknown }) {
    super(`${facts.file} is no checkpoint: ${facts.why}`, options);
    this.file = facts.file;
  }
}

/** The checkpoint file is of another stream, another producer or another input. */
export class CheckpointMismatchError extends CommandLineError {
  /** Tells this class from the others. */
  readonly _tag = "CheckpointMismatchError";
  /** The same as the tag. */
  override readonly name = this._tag;
  /** The file. */
  readonly file: string;

  /** @param facts What happened, as data. */
  constructor(facts: { readonly file: string; readonly why: string }) {
    super(`The checkpoint ${facts.file} does not belong here: ${facts.why}`);
    this.file = facts.file;
  }
}

/** Another process appends with the same checkpoint file. */
export class CheckpointBusyError extends CommandLineError {
  /** Tells this class from the others. */
  readonly _tag = "CheckpointBusyError";
  /** The same as the tag. */
  override readonly name = this._tag;
  /** The file. */
  readonly file: string;

  /** @param facts What happened, as data. */
  constructor(facts: { readonly file: string; readonly owner: number }) {
    super(`Process ${facts.owner} uses the checkpoint ${facts.file}`);
    this.file = facts.file;
  }
}

/** The server had the first batch before it was sent: the epoch was used before, and what was sent was dropped. */
export class EpochReusedError extends CommandLineError {
  /** Tells this class from the others. */
  readonly _tag = "EpochReusedError";
  /** The same as the tag. */
  override readonly name = this._tag;

  /** @param facts What happened, as data. */
  constructor(facts: { readonly producer: string; readonly epoch: number }) {
    super(
      `Producer "${facts.producer}" has used epoch ${facts.epoch} before, so the server dropped the first messages`,
    );
  }
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** A signal ended the command. */
export class InterruptedError extends CommandLineError {
  /** Tells this class from the others. */
  readonly _tag = "InterruptedError";
  /** The same as the tag. */
  override readonly name = this._tag;
  /** What shells expect of a program that a signal ended: 128 and the signal's number. */
  readonly exitCode: number;

  /** @param facts Which signal. */
  constructor({ signal }: { readonly signal: keyof typeof SIGNAL_NUMBERS }) {
    super(`Ended by ${signal}`);
    this.exitCode = 128 + SIGNAL_NUMBERS[signal];
  }
}

/** Whoever read the standard output has gone, as `head` does when it has enough. */
export class OutputClosedError extends CommandLineError {
  /** Tells this class from the others. */
  readonly _tag = "OutputClosedError";
  /** The same as the tag. */
  override readonly name = this._tag;

  /** There is nothing to tell. */
  constructor() {
    super("Nobody reads the output any more");
  }
}
