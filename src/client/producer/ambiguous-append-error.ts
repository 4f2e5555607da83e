import { type StreamErrorOptions, TaggedError } from "../../shared/errors/base.ts";

/**
 * Nobody knows whether the message was stored: its batch was sent, no answer came, and another producer's epoch has
 * closed the way to ask. Client-side only. Read the stream to find out; the producer neither drops nor repeats it.
 */
export class AmbiguousAppendError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "AmbiguousAppendError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "AmbiguousAppendError";
  /** Epoch of the batch. */
  declare readonly epoch: number;
  /** Sequence number of the batch in its epoch. */
  declare readonly seq: number;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor({ seq, epoch }: { readonly epoch: number; readonly seq: number }, options?: StreamErrorOptions) {
    super(`Batch ${seq} of epoch ${epoch} may or may not have been stored`, options, "AmbiguousAppendError", {
      epoch,
      seq,
    });
  }
}
