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
  declare readonly _tag: "InvalidRequestError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "InvalidRequestError";
  /** The part at fault: `path`, or the name of a query parameter or header. */
  declare readonly parameter: string;
  /** The status to answer with; 400 unless given. */
  declare readonly status: InvalidRequestStatus;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(
    { parameter, status = 400 }: { readonly parameter: string; readonly status?: InvalidRequestStatus | undefined },
    options?: StreamErrorOptions,
  ) {
    super(`${parameter} is not valid`, options, "InvalidRequestError", { parameter, status });
  }
}

/** The path goes through the reserved segment `__ds`, where no stream can live. Answered with 404 (§6). */
export class ReservedPathError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "ReservedPathError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "ReservedPathError";

  /**
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(options?: StreamErrorOptions) {
    super("The path segment __ds is reserved and nothing answers here", options, "ReservedPathError");
  }
}

/** The offset is malformed, beyond the tail, or (JSON) inside a message. Answered with 400 (§8). */
export class InvalidOffsetError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "InvalidOffsetError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "InvalidOffsetError";
  /** The offset of the request. */
  declare readonly offset: string;
  /** The tail of the stream, when the offset was compared with it. */
  declare readonly tail: Offset | undefined;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(
    { offset, tail }: { readonly offset: string; readonly tail?: Offset | undefined },
    options?: StreamErrorOptions,
  ) {
    super(`"${offset}" is not an offset of this stream`, options, "InvalidOffsetError", { offset, tail });
  }
}

/** The body is not the JSON that a JSON stream takes. Answered with 400 (§9.1). */
export class InvalidJsonError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "InvalidJsonError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "InvalidJsonError";
  /** The byte of the body, from 0, at which it stopped being JSON. */
  declare readonly position: number | undefined;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor({ position }: { readonly position?: number | undefined } = {}, options?: StreamErrorOptions) {
    super(position === undefined ? "Invalid JSON" : `Invalid JSON at byte ${position}`, options, "InvalidJsonError", {
      position,
    });
  }
}

/** The body is larger than the server takes. Answered with 413 (§5.2). */
export class PayloadTooLargeError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "PayloadTooLargeError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "PayloadTooLargeError";
  /** The largest body accepted, in bytes. */
  declare readonly maxBytes: number;
  /** How large the body is, or as much of it as was read, in bytes, when known. */
  declare readonly receivedBytes: number | undefined;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(
    { maxBytes, receivedBytes }: { readonly maxBytes: number; readonly receivedBytes?: number | undefined },
    options?: StreamErrorOptions,
  ) {
    super(`The body is larger than ${maxBytes} bytes`, options, "PayloadTooLargeError", { maxBytes, receivedBytes });
  }
}

/** The method means nothing here. Answered with 405 and `Allow` (§5.2). */
export class MethodNotAllowedError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "MethodNotAllowedError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "MethodNotAllowedError";
  /** The methods that are answered here. */
  declare readonly allowed: readonly string[];

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor({ allowed }: { readonly allowed: readonly string[] }, options?: StreamErrorOptions) {
    super(`Only ${allowed.join(", ")} can be used here`, options, "MethodNotAllowedError", { allowed: [...allowed] });
  }
}
