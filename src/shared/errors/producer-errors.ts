import { type StreamErrorOptions, TaggedError } from "./base.ts";

/** Producer headers are incomplete or malformed, or a new epoch does not start at 0. Answered with 400 (§5.2.1). */
export class InvalidProducerError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "InvalidProducerError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "InvalidProducerError";

  /**
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(options?: StreamErrorOptions) {
    super("The producer headers are not valid", options, "InvalidProducerError");
  }
}

/** Another instance took over the producer id with a higher epoch. Answered with 403 and `Producer-Epoch` (§5.2.1). */
export class ProducerFencedError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "ProducerFencedError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "ProducerFencedError";
  /** The epoch that the server holds. */
  declare readonly currentEpoch: number;
  /** The stale epoch of the request. */
  declare readonly receivedEpoch: number;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(
    { receivedEpoch, currentEpoch }: { readonly currentEpoch: number; readonly receivedEpoch: number },
    options?: StreamErrorOptions,
  ) {
    super(
      `Producer epoch ${receivedEpoch} is stale: the current epoch is ${currentEpoch}`,
      options,
      "ProducerFencedError",
      { currentEpoch, receivedEpoch },
    );
  }
}

/**
 * A batch arrived before its predecessor. Answered with 409, `Producer-Expected-Seq` and `Producer-Received-Seq`
 * (§5.2.1).
 */
export class ProducerSequenceConflictError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "ProducerSequenceConflictError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "ProducerSequenceConflictError";
  /** The sequence number that would have been accepted. */
  declare readonly expected: number;
  /** The sequence number of the request. */
  declare readonly received: number;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(
    { received, expected }: { readonly expected: number; readonly received: number },
    options?: StreamErrorOptions,
  ) {
    super(
      `Producer sequence ${received} came where ${expected} was expected`,
      options,
      "ProducerSequenceConflictError",
      { expected, received },
    );
  }
}
