import { type StreamErrorOptions, TaggedError } from "../../../shared/errors/base.ts";

/** Another producer owns the record of the outbox: in this process, another tab, or another worker. Client-side only. */
export class OutboxBusyError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "OutboxBusyError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "OutboxBusyError";
  /** The record: the stream's URL and the producer's id. */
  declare readonly key: string;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor({ key }: { readonly key: string }, options?: StreamErrorOptions) {
    super(`Another producer uses the outbox record "${key}"`, options, "OutboxBusyError", { key });
  }
}
