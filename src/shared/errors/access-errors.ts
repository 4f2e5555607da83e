import { type StreamErrorOptions, TaggedError } from "./base.ts";

/** The request proves no identity. Answered with 401 and `WWW-Authenticate` (§12.1). */
export class UnauthorizedError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "UnauthorizedError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "UnauthorizedError";
  /** The `WWW-Authenticate` value; `Bearer` is answered when there is none. */
  declare readonly challenge: string | undefined;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor({ challenge }: { readonly challenge?: string | undefined } = {}, options?: StreamErrorOptions) {
    super("The request is not authorized", options, "UnauthorizedError", { challenge });
  }
}

/** The caller may not do this. Answered with 403, without `Producer-Epoch`, which marks a fenced producer (§12.1). */
export class ForbiddenError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "ForbiddenError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "ForbiddenError";

  /**
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(options?: StreamErrorOptions) {
    super("The request is not allowed", options, "ForbiddenError");
  }
}

/** Facts of the errors that ask a caller to come back later. */
export interface RetryAfterFacts {
  /** How long to wait before the next attempt, in seconds, when the thrower knows. */
  readonly retryAfterSeconds?: number | undefined;
}

/** Too many requests, or too many producers on one stream. Answered with 429 and `Retry-After` when known (§12.5). */
export class RateLimitedError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "RateLimitedError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "RateLimitedError";
  /** How long to wait before the next attempt, in seconds, when known. */
  declare readonly retryAfterSeconds: number | undefined;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor({ retryAfterSeconds }: RetryAfterFacts = {}, options?: StreamErrorOptions) {
    super("Too many requests", options, "RateLimitedError", { retryAfterSeconds });
  }
}

/** The server cannot do this now; nothing was changed. Answered with 503 and `Retry-After` when known. */
export class UnavailableError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "UnavailableError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "UnavailableError";
  /** How long to wait before the next attempt, in seconds, when known. */
  declare readonly retryAfterSeconds: number | undefined;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor({ retryAfterSeconds }: RetryAfterFacts = {}, options?: StreamErrorOptions) {
    super("The stream is unavailable for the moment", options, "UnavailableError", { retryAfterSeconds });
  }
}
