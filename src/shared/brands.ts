import type { Brand } from "valibot";

/**
 * A position in a stream as the protocol writes it: a minted offset `<seq>_<pos>`, each part 16 lower-case hex digits,
 * or one of the sentinels `-1` (start) and `now` (tail) that a request may carry (§8).
 *
 * `pos` is the byte position in the stored log and alone decides order; `seq` says which chunk holds it.
 */
export type Offset = string & Brand<"Offset">;

/** The token that a live answer carries and the next request echoes (§10.1); ours are decimal interval numbers. */
export type Cursor = string & Brand<"Cursor">;

/** A strong entity tag, its quotes included (RFC 9110 §8.8.3). */
export type ETag = string & Brand<"ETag">;

/** The identity of one stream, apart from its path: 32 lower-case hex digits, random, minted at creation. */
export type StreamId = string & Brand<"StreamId">;
