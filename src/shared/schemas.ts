import * as v from "valibot";
import { isETag } from "./etags.ts";
import { isValidOffset } from "./offsets.ts";
import { isStreamId } from "./stream-id.ts";

const COUNT_MESSAGE = "Expected an integer from 0 to 2^53 - 1";

/** An integer that survives JavaScript: 0 to 2^53 - 1. */
const CountSchema = v.pipe(v.number(COUNT_MESSAGE), v.safeInteger(COUNT_MESSAGE), v.minValue(0, COUNT_MESSAGE));

/**
 * Accepts a minted offset or a sentinel (`-1`, `now`) and brands it as {@link Offset}.
 *
 * @example
 * ```ts
 * const offset = v.parse(OffsetSchema, "0000000000000000_000000000000002a");
 * ```
 */
export const OffsetSchema = v.pipe(
  v.string(),
  v.check(isValidOffset, "Expected an offset: 16 hex digits, '_', 16 hex digits; or '-1' or 'now'"),
  v.brand("Offset"),
);

/**
 * Accepts a cursor, 1 to 256 visible ASCII characters, and brands it as {@link Cursor}.
 *
 * Wider than what this package mints (decimal digits), because a reader must take any server's cursor as it is.
 */
export const CursorSchema = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7e]{1,256}$/, "Expected a cursor of 1 to 256 visible ASCII characters"),
  v.brand("Cursor"),
);

/** Accepts a strong entity tag with its quotes and brands it as {@link ETag}. */
export const ETagSchema = v.pipe(v.string(), v.check(isETag, "Expected a strong entity tag"), v.brand("ETag"));

/** Accepts a stream identity, 32 lower-case hex digits, and brands it as {@link StreamId}. */
export const StreamIdSchema = v.pipe(
  v.string(),
  v.check(isStreamId, "Expected a stream id of 32 lower-case hex digits"),
  v.brand("StreamId"),
);

/** Accepts what a stream remembers of one producer, a {@link ProducerState}. */
export const ProducerStateSchema = v.pipe(
  v.object({
    /** The highest epoch accepted. */
    epoch: CountSchema,
    /** The highest sequence number accepted in that epoch. */
    lastSeq: CountSchema,
  }),
  v.readonly(),
);

/**
 * Accepts a {@link ProducerStateMap}: producer id to {@link ProducerState}.
 *
 * A `Map`, not a record: ids are chosen by clients, and `__proto__` or `constructor` are ids like any other.
 */
export const ProducerStateMapSchema = v.pipe(v.map(v.string(), ProducerStateSchema), v.readonly());

/** What a stream remembers of one producer: the highest epoch, and the highest sequence number in it (§5.2.1). */
export type ProducerState = v.InferOutput<typeof ProducerStateSchema>;

/** What a stream remembers of all its producers, by producer id. */
export type ProducerStateMap = v.InferOutput<typeof ProducerStateMapSchema>;
