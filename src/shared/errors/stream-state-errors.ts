import type { Offset } from "../brands.ts";
import { type StreamErrorOptions, TaggedError } from "./base.ts";

/** No stream lives at the path, or it has expired. Answered with 404. */
export class StreamNotFoundError extends TaggedError {
  /** Tells this class from the others. */
  readonly _tag = "StreamNotFoundError";
  /** The same as the tag; own, so that it survives remote calls. */
  override readonly name = this._tag;
  /** The path that was asked for. */
  readonly path: string;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(facts: { readonly path: string }, options?: StreamErrorOptions) {
    super(`No stream at "${facts.path}"`, options);
    this.path = facts.path;
  }
}

/** The stream was deleted while forks still need it, or is not the one a reader started on. Answered with 410 (§4.2). */
export class StreamGoneError extends TaggedError {
  /** Tells this class from the others. */
  readonly _tag = "StreamGoneError";
  /** The same as the tag; own, so that it survives remote calls. */
  override readonly name = this._tag;

  /**
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(options?: StreamErrorOptions) {
    super("The stream is gone", options);
  }
}

/**
 * The path is taken: by a stream with another configuration, or by a deleted one that forks still need.
 * Answered with 409 (§5.1).
 */
export class StreamConflictError extends TaggedError {
  /** Tells this class from the others. */
  readonly _tag = "StreamConflictError";
  /** The same as the tag; own, so that it survives remote calls. */
  override readonly name = this._tag;

  /**
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(options?: StreamErrorOptions) {
    super("A stream with another configuration exists at this path", options);
  }
}

/** The stream is closed and takes no more appends. Answered with 409, `Stream-Closed: true` and `Stream-Next-Offset` (§5.2). */
export class StreamClosedError extends TaggedError {
  /** Tells this class from the others. */
  readonly _tag = "StreamClosedError";
  /** The same as the tag; own, so that it survives remote calls. */
  override readonly name = this._tag;
  /** The final offset of the stream. */
  readonly nextOffset: Offset;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(facts: { readonly nextOffset: Offset }, options?: StreamErrorOptions) {
    super("The stream is closed", options);
    this.nextOffset = facts.nextOffset;
  }
}

/** The content type of an append, or of a fork, is not the stream's. Answered with 409 (§5.2). */
export class ContentTypeMismatchError extends TaggedError {
  /** Tells this class from the others. */
  readonly _tag = "ContentTypeMismatchError";
  /** The same as the tag; own, so that it survives remote calls. */
  override readonly name = this._tag;
  /** The content type of the stream. */
  readonly expected: string;
  /** The content type of the request. */
  readonly received: string;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(facts: { readonly expected: string; readonly received: string }, options?: StreamErrorOptions) {
    super(`The stream holds ${facts.expected}, not ${facts.received}`, options);
    this.expected = facts.expected;
    this.received = facts.received;
  }
}

/** `Stream-Seq` is not above the last one accepted. Answered with 409 (§5.2). */
export class SequenceConflictError extends TaggedError {
  /** Tells this class from the others. */
  readonly _tag = "SequenceConflictError";
  /** The same as the tag; own, so that it survives remote calls. */
  override readonly name = this._tag;
  /** The last value accepted, when the thrower knows it. */
  readonly last: string | undefined;
  /** The value of the request. */
  readonly received: string;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(facts: { readonly last?: string | undefined; readonly received: string }, options?: StreamErrorOptions) {
    super(`Stream-Seq "${facts.received}" is not above the last one accepted`, options);
    this.last = facts.last;
    this.received = facts.received;
  }
}
