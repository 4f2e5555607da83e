import * as v from "valibot";
import type { Checkpoint } from "../../client/index.ts";
import type { Offset } from "../../shared/index.ts";

/** A whole number from 0. */
export const CountSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** An offset of any server's making (PROTOCOL.md §8); `now` is another place each time, so nothing is kept under it. */
const AnyOffsetSchema = v.custom<Offset>(
  (value) => typeof value === "string" && value !== "now" && /^[^,&=?/\s]+$/.test(value),
  "Expected an offset",
);

/** A reader's {@link Checkpoint}. */
export const CheckpointSchema = v.object({
  stream: v.nullable(v.string()),
  offset: AnyOffsetSchema,
  index: CountSchema,
});

/** Reads JSON of some shape; `undefined` when it is none. */
export function parseJson<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
): v.InferOutput<Schema> | undefined {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  return result.success ? result.output : undefined;
}

/** Reads a checkpoint from its JSON; `undefined` when it is none. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  return parseJson(CheckpointSchema, text);
}
