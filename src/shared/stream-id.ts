import type { StreamId } from "./brands.ts";

const STREAM_ID_BYTES = 16;
const STREAM_ID = /^[0-9a-f]{32}$/;

/**
 * Fills the given bytes with randomness and returns nothing.
 *
 * @param bytes What to fill, in place.
 */
export type FillRandom = (bytes: Uint8Array<ArrayBuffer>) => void;

/**
 * Says whether a string is a stream identity: 32 lower-case hex digits.
 *
 * @param value Any string.
 */
export function isStreamId(value: string): value is StreamId {
  return STREAM_ID.test(value);
}

/**
 * Mints the identity of a new stream: 16 random bytes as 32 lower-case hex digits.
 *
 * @param fillRandom Source of randomness; the platform's cryptographic one unless a test gives another.
 * @returns An id that no other stream has, with the certainty that 128 random bits give.
 *
 * @example
 * ```ts
 * const streamId = mintStreamId();
 * ```
 */
export function mintStreamId(fillRandom: FillRandom = (bytes) => crypto.getRandomValues(bytes)): StreamId {
  const bytes = new Uint8Array(STREAM_ID_BYTES);
  fillRandom(bytes);
  let id = "";
  for (const byte of bytes) id += byte.toString(16).padStart(2, "0");
  // Minting is the one place where a plain string becomes a StreamId.
  return id as StreamId;
}
