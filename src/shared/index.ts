/**
 * The vocabulary of the protocol: constants, branded types, offsets, cursors, errors, JSON framing, contracts. Pure
 * functions and values that run anywhere.
 *
 * @module durable-cf-streams
 */

export { encodeBase64Data } from "./base64.ts";
export type { Cursor, ETag, Offset, StreamId } from "./brands.ts";
export { type Clock, systemClock } from "./clock.ts";
export * from "./constants.ts";
export { isJsonContentType, isSSETextCompatibleContentType, normalizeContentType } from "./content-type.ts";
export * from "./contract/index.ts";
export {
  type CursorOptions,
  calculateCursor,
  DEFAULT_CURSOR_EPOCH,
  DEFAULT_CURSOR_INTERVAL_SECONDS,
  generateResponseCursor,
  type ResponseCursorOptions,
} from "./cursors.ts";
export * from "./errors/index.ts";
export { type ETagParts, generateETag, matchesIfNoneMatch, parseETag } from "./etags.ts";
export * from "./json/index.ts";
export {
  advanceOffset,
  compareOffsets,
  formatOffset,
  incrementSeq,
  initialOffset,
  isSentinelOffset,
  isValidOffset,
  normalizeOffset,
  type OffsetParts,
  parseOffset,
} from "./offsets.ts";
export { decodeStreamPath, encodeStreamPath } from "./paths.ts";
export {
  commitProducerAppend,
  evaluateProducerAppend,
  type ProducerAccepted,
  type ProducerAppend,
  type ProducerDecision,
  type ProducerDuplicate,
  type ProducerEpochStart,
  type ProducerFenced,
  type ProducerGap,
  type ProducerRefusal,
  parseProducerHeaders,
  producerError,
} from "./producers.ts";
export {
  CursorSchema,
  ETagSchema,
  OffsetSchema,
  type ProducerState,
  type ProducerStateMap,
  ProducerStateMapSchema,
  ProducerStateSchema,
  StreamIdSchema,
} from "./schemas.ts";
export { encodeSSEData } from "./sse.ts";
export { type FillRandom, mintStreamId } from "./stream-id.ts";
export { validateExpiresAt, validateForkSubOffset, validateTTL } from "./ttl.ts";
