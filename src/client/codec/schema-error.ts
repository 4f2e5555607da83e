import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type StreamErrorOptions, TaggedError } from "../../shared/errors/base.ts";

/** The schema refuses a value, on its way out or in. Client-side only; nothing of it was sent or delivered. */
export class SchemaError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "SchemaError";
  /** The same as the tag. */
  declare readonly name: "SchemaError";
  /** What the schema says is wrong, at least one issue. */
  declare readonly issues: readonly StandardSchemaV1.Issue[];
  /** The value that was refused; for a JSON message that could not be parsed, its text. */
  declare readonly value: unknown;

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor(
    { issues, value }: { readonly issues: readonly StandardSchemaV1.Issue[]; readonly value: unknown },
    options?: StreamErrorOptions,
  ) {
    super(issues[0]?.message ?? "The schema refuses the value", options, "SchemaError", { issues, value });
  }
}
