import type { Offset } from "../brands.ts";
import { type StreamErrorOptions, TaggedError } from "./base.ts";

/** The statuses that an {@link InvalidRequestError} can carry. */
export type InvalidRequestStatus = 400 | 414 | 431;

/**
 * A part of the request is malformed or over a limit: the path, a query parameter, a header.
 * Answered with its `status`: 400 malformed, 414 path too long, 431 header too long.
 */
export class InvalidRequestError extends TaggedError {
  /** Tells this class from the others. */
  readonly _tag = "InvalidRequestError";
  /** The same as the tag; own, so that it survives remote calls. */
  override readonly name = this._tag;
  /** The part at fault: `path`, or the name of a query parameter or header. */
  readonly parameter: string;
  /** The status to answer with; 400 unless given. */
  readonly status: InvalidRequestStatus;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(
    facts: { readonly parameter: string; readonly status?: InvalidRequestStatus | undefined },
    options?: StreamErrorOptions,
  ) {
    super(`${facts.parameter} is not valid`, options);
    this.parameter = facts.parameter;
    this.status = facts.status ?? 400;
  }
}

/** The path goes through the reserved segment `__ds`, where no stream can live. Answered with 404 (§6). */
export class ReservedPathError extends TaggedError {
  /** Tells this class from the others. */
  readonly _tag = "ReservedPathError";
  /** The same as the tag; own, so that it survives remote calls. */
  override readonly name = this._tag;

  /**
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(options?: StreamErrorOptions) {
    super("The path segment __ds is reserved and nothing answers here", options);
  }
}

/** The offset is malformed, beyond the tail, or (JSON) inside a message. Answered with 400 (§8). */
export class InvalidOffsetError extends TaggedError {
  /** Tells this class from the others. */
  readonly _tag = "InvalidOffsetError";
  /** The same as the tag; own, so that it survives remote calls. */
  override readonly name = this._tag;
  /** The offset of the request. */
  readonly offset: string;
  /** The tail of the stream, when the offset was compared with it. */
  readonly tail: Offset | undefined;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(facts: { readonly offset: string; readonly tail?: Offset | undefined }, options?: StreamErrorOptions) {
    super(`"${facts.offset}" is not an offset of this stream`, options);
    this.offset = facts.offset;
    this.tail = facts.tail;
  }
}

/** The body is not the JSON that a JSON stream takes. Answered with 400 (§9.1). */
export class InvalidJsonError extends TaggedError {
  /** Tells this class from the others. */
  readonly _tag = "InvalidJsonError";
  /** The same as the tag; own, so that it survives remote calls. */
  override readonly name = this._tag;
  /** The byte of the body, from 0, at which it stopped being JSON. */
  readonly position: number | undefined;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(facts: { readonly position?: number | undefined } = {}, options?: StreamErrorOptions) {
    super(facts.position === undefined ? "Invalid JSON" : `Invalid JSON at byte ${facts.position}`, options);
    this.position = facts.position;
  }
}

/** The body is larger than the server takes. Answered with 413 (§5.2). */
export class PayloadTooLargeError extends TaggedError {
  /** Tells this class from the others. */
  readonly _tag = "PayloadTooLargeError";
  /** The same as the tag; own, so that it survives remote calls. */
  override readonly name = this._tag;
  /** The largest body accepted, in bytes. */
  readonly maxBytes: number;
  /** How large the body is, or as much of it as was read, in bytes, when known. */
  readonly receivedBytes: number | undefined;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(
    facts: { readonly maxBytes: number; readonly receivedBytes?: number | undefined },
    options?: StreamErrorOptions,
  ) {
    super(`The body is larger than ${facts.maxBytes} bytes`, options);
    this.maxBytes = facts.maxBytes;
    this.receivedBytes = facts.receivedBytes;
  }
}

/** The method means nothing here. Answered with 405 and `Allow` (§5.2). */
export class MethodNotAllowedError extends TaggedError {
  /** Tells this class from the others. */
  readonly _tag = "MethodNotAllowedError";
  /** The same as the tag; own, so that it survives remote calls. */
  override readonly name = this._tag;
  /** The methods that are answered here. */
  readonly allowed: readonly string[];

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(facts: { readonly allowed: readonly string[] }, options?: StreamErrorOptions) {
    super(`Only ${facts.allowed.join(", ")} can be used here`, options);
    this.allowed = [...facts.allowed];
  }
}
