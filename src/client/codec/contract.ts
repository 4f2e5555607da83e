import type { StandardSchemaV1 } from "@standard-schema/spec";

/** How a stream's bytes are cut into messages. */
export type Framing = "json" | "text" | "bytes";

/** One decoded message, or why it is none. */
export type Decoded<Out> =
  | { readonly ok: true; readonly value: Out }
  | { readonly ok: false; readonly raw: unknown; readonly issues: readonly StandardSchemaV1.Issue[] };

/**
 * Turns a caller's values into bytes and messages into a caller's values, checking both against the schema if there is
 * one. For JSON, one value is one message (a value that is an array stays one message); for text and bytes, one value
 * is one run of bytes and reads yield runs of whatever length arrives.
 */
export interface MessageCodec<Out, In> {
  readonly framing: Framing;
  /** Content type that writes carry and creations ask for. */
  readonly contentType: string;
  /**
   * The bytes of one message, at once unless the schema takes its time.
   *
   * @throws SchemaError when the schema refuses the value; TypeError for what cannot be sent.
   */
  encode(value: In): Promise<Uint8Array> | Uint8Array;
  /** Joins encoded messages, at least one, into one request body. */
  join(messages: readonly Uint8Array[]): Uint8Array<ArrayBuffer>;
  /** Bytes that joining adds for each message, and once more for the body; batch limits are exact. */
  readonly overheadBytes: number;
  /** The value of one message: the text of a JSON message, a run of text, a run of bytes. */
  decode(message: string | Uint8Array): Promise<Decoded<Out>> | Decoded<Out>;
}
