import type { Offset } from "../brands.ts";
import { type StreamErrorOptions, TaggedError } from "./base.ts";

/** No stream lives at the path, or it has expired. Answered with 404. */
export class StreamNotFoundError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "StreamNotFoundError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "StreamNotFoundError";
  /** The path that was asked for. */
  declare readonly path: string;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor({ path }: { readonly path: string }, options?: StreamErrorOptions) {
    super(`No stream at "${path}"`, options, "StreamNotFoundError", { path });
  }
}

/** The stream was deleted while forks still need it, or is not the one a reader started on. Answered with 410 (§4.2). */
export class StreamGoneError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "StreamGoneError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "StreamGoneError";

  /**
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(options?: StreamErrorOptions) {
    super("The stream is gone", options, "StreamGoneError");
  }
}

/**
 * The path is taken: by a stream with another configuration, or by a deleted one that forks still need.
 * Answered with 409 (§5.1).
 */
export class StreamConflictError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "StreamConflictError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "StreamConflictError";

  /**
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(options?: StreamErrorOptions) {
    super("A stream with another configuration exists at this path", options, "StreamConflictError");
  }
}

/** The stream is closed and takes no more appends. Answered with 409, `Stream-Closed: true` and `Stream-Next-Offset` (§5.2). */
export class StreamClosedError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "StreamClosedError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "StreamClosedError";
  /** The final offset of the stream. */
  declare readonly nextOffset: Offset;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor({ nextOffset }: { readonly nextOffset: Offset }, options?: StreamErrorOptions) {
    super("The stream is closed", options, "StreamClosedError", { nextOffset });
  }
}

/** The content type of an append, or of a fork, is not the stream's. Answered with 409 (§5.2). */
export class ContentTypeMismatchError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "ContentTypeMismatchError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "ContentTypeMismatchError";
  /** The content type of the stream. */
  declare readonly expected: string;
  /** The content type of the request. */
  declare readonly received: string;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(
    { expected, received }: { readonly expected: string; readonly received: string },
    options?: StreamErrorOptions,
  ) {
    super(`The stream holds ${expected}, not ${received}`, options, "ContentTypeMismatchError", { expected, received });
  }
}

/** `Stream-Seq` is not above the last one accepted. Answered with 409 (§5.2). */
export class SequenceConflictError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "SequenceConflictError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "SequenceConflictError";
  /** The last value accepted, when the thrower knows it. */
  declare readonly last: string | undefined;
  /** The value of the request. */
  declare readonly received: string;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(
    { received, last }: { readonly last?: string | undefined; readonly received: string },
    options?: StreamErrorOptions,
  ) {
    super(`Stream-Seq "${received}" is not above the last one accepted`, options, "SequenceConflictError", {
      last,
      received,
    });
  }
}
