import { type StreamErrorOptions, TaggedError } from "./base.ts";

/** The request got no answer: no network, a reset connection, a timeout. Client-side only; it has no status of its own. */
export class TransportError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "TransportError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "TransportError";

  /**
   * @param options What the platform threw, and a detail that replaces the message.
   */
  constructor(options: StreamErrorOptions & { readonly cause: unknown }) {
    super("The request got no answer", options, "TransportError");
  }
}

/** The answer is not one that the protocol allows. Client-side only; it has no status of its own. */
export class MalformedResponseError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "MalformedResponseError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "MalformedResponseError";

  /**
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(options?: StreamErrorOptions) {
    super("The answer does not follow the protocol", options, "MalformedResponseError");
  }
}
