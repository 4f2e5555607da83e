import { PRODUCER_EPOCH_HEADER, PRODUCER_ID_HEADER, PRODUCER_SEQ_HEADER } from "./constants.ts";
import { parseDecimal } from "./decimal.ts";
import { InvalidProducerError, ProducerFencedError, ProducerSequenceConflictError } from "./errors/producer-errors.ts";
import type { ProducerState, ProducerStateMap } from "./schemas.ts";

/** What an append says of the producer that sends it (§5.2.1). */
export interface ProducerAppend {
  /** The producer's stable id: 1 to 256 bytes of UTF-8 without control characters. */
  readonly id: string;
  /** The producer's session, from 0; a restart moves it up. */
  readonly epoch: number;
  /** The number of the batch within the epoch, from 0. */
  readonly seq: number;
}

/** The batch is new and next in line: store it, and {@link commitProducerAppend} its `next` in the same commit. */
export interface ProducerAccepted {
  /** Tells this outcome from the others. */
  readonly outcome: "Accepted";
  /** What the stream must remember from now on. */
  readonly next: ProducerState;
}

/** The batch was stored before: acknowledge it again and store nothing. */
export interface ProducerDuplicate {
  /** Tells this outcome from the others. */
  readonly outcome: "Duplicate";
  /** What the stream remembers, unchanged; `lastSeq` is what the answer reports. */
  readonly state: ProducerState;
}

/** The epoch is older than the one the stream remembers: a zombie, 403. */
export interface ProducerFenced {
  /** Tells this outcome from the others. */
  readonly outcome: "Fenced";
  /** The epoch that the stream remembers. */
  readonly currentEpoch: number;
  /** The epoch of the request. */
  readonly receivedEpoch: number;
}

/** A new epoch of a known producer does not start at 0: 400. */
export interface ProducerEpochStart {
  /** Tells this outcome from the others. */
  readonly outcome: "EpochStart";
  /** The new epoch. */
  readonly epoch: number;
  /** The sequence number that should have been 0. */
  readonly received: number;
}

/** The batch came before its predecessor: 409. */
export interface ProducerGap {
  /** Tells this outcome from the others. */
  readonly outcome: "Gap";
  /** The sequence number that would have been accepted. */
  readonly expected: number;
  /** The sequence number of the request. */
  readonly received: number;
}

/** The outcomes that are answered with an error. */
export type ProducerRefusal = ProducerFenced | ProducerEpochStart | ProducerGap;

/** What becomes of a producer's append; tell the outcomes apart by `outcome`. */
export type ProducerDecision = ProducerAccepted | ProducerDuplicate | ProducerRefusal;

const MAX_ID_BYTES = 256;
const encoder = new TextEncoder();

function refuse(detail: string): never {
  throw new InvalidProducerError({ detail });
}

function isProducerId(id: string): boolean {
  const utf8 = encoder.encode(id);
  // Some runtimes read headers as Latin-1, where UTF-8 text looks like C1 controls; only C0 and DEL are surely controls.
  return utf8.length <= MAX_ID_BYTES && utf8.every((byte) => byte >= 0x20 && byte !== 0x7f);
}

/**
 * Reads the producer headers of a request (§5.2.1).
 *
 * @param headers The request's headers.
 * @returns The producer's claim, or `undefined` when the request has none of the three headers.
 * @throws InvalidProducerError when only some are there; when the id is empty, longer than 256 bytes of UTF-8 or holds
 * control characters; when epoch or seq is not a plain decimal integer from 0 to 2^53 - 1.
 *
 * @example
 * ```ts
 * const producer = parseProducerHeaders(request.headers);
 * ```
 */
export function parseProducerHeaders(headers: Headers): ProducerAppend | undefined {
  const id = headers.get(PRODUCER_ID_HEADER);
  const epochText = headers.get(PRODUCER_EPOCH_HEADER);
  const seqText = headers.get(PRODUCER_SEQ_HEADER);
  if (id === null && epochText === null && seqText === null) return undefined;
  if (id === null || epochText === null || seqText === null) {
    refuse(`${PRODUCER_ID_HEADER}, ${PRODUCER_EPOCH_HEADER} and ${PRODUCER_SEQ_HEADER} go together`);
  }
  if (id === "") refuse(`${PRODUCER_ID_HEADER} is empty`);
  if (!isProducerId(id))
    refuse(`${PRODUCER_ID_HEADER} is longer than ${MAX_ID_BYTES} bytes or holds control characters`);
  const epoch = parseDecimal(epochText) ?? refuse(`${PRODUCER_EPOCH_HEADER} is not an integer from 0 to 2^53 - 1`);
  const seq = parseDecimal(seqText) ?? refuse(`${PRODUCER_SEQ_HEADER} is not an integer from 0 to 2^53 - 1`);
  return { id, epoch, seq };
}

/**
 * Decides what becomes of a producer's append (§5.2.1). Pure: it stores nothing and throws nothing.
 *
 * Refusals are outcomes rather than exceptions because their place among the other checks differs: `Fenced` and
 * `Duplicate` come before closed, content type and body; `EpochStart` and `Gap` come after them. Decide once, act on
 * each outcome at its place, and throw {@link producerError} there.
 *
 * A producer that the stream does not know may start in any epoch, but only at 0.
 *
 * @param current What the stream remembers of the producer; `undefined` when it knows none of that id.
 * @param producer What the request says.
 *
 * @example
 * ```ts
 * evaluateProducerAppend({ epoch: 2, lastSeq: 7 }, { id: "a", epoch: 2, seq: 8 });
 * // { outcome: "Accepted", next: { epoch: 2, lastSeq: 8 } }
 * ```
 */
export function evaluateProducerAppend(current: ProducerState | undefined, producer: ProducerAppend): ProducerDecision {
  const { epoch, seq } = producer;
  if (current === undefined) {
    return seq === 0
      ? { outcome: "Accepted", next: { epoch, lastSeq: 0 } }
      : { outcome: "Gap", expected: 0, received: seq };
  }
  if (epoch < current.epoch) return { outcome: "Fenced", currentEpoch: current.epoch, receivedEpoch: epoch };
  if (epoch > current.epoch) {
    return seq === 0
      ? { outcome: "Accepted", next: { epoch, lastSeq: 0 } }
      : { outcome: "EpochStart", epoch, received: seq };
  }
  if (seq <= current.lastSeq) return { outcome: "Duplicate", state: current };
  const expected = current.lastSeq + 1;
  return seq === expected
    ? { outcome: "Accepted", next: { epoch, lastSeq: seq } }
    : { outcome: "Gap", expected, received: seq };
}

/**
 * The error that a refused append is answered with.
 *
 * @param refusal An outcome of {@link evaluateProducerAppend}.
 * @returns `Fenced`: 403; `EpochStart`: 400; `Gap`: 409.
 *
 * @example
 * ```ts
 * if (decision.outcome === "Fenced") throw producerError(decision);
 * ```
 */
export function producerError(
  refusal: ProducerRefusal,
): ProducerFencedError | InvalidProducerError | ProducerSequenceConflictError {
  switch (refusal.outcome) {
    case "Fenced":
      return new ProducerFencedError(refusal);
    case "EpochStart":
      return new InvalidProducerError({
        detail: `Epoch ${refusal.epoch} must start with sequence 0, not ${refusal.received}`,
      });
    case "Gap":
      return new ProducerSequenceConflictError(refusal);
  }
}

/**
 * What a stream remembers of its producers after a decision.
 *
 * It copies the map, so its cost grows with the number of producers: right for a store that keeps them as one value. A
 * store with a row for each producer writes the decision's `next` by itself.
 *
 * @param producers What the stream remembered before; never changed.
 * @param producer Who sent the append.
 * @param decision What {@link evaluateProducerAppend} made of it.
 * @returns A new map when the append was accepted, `producers` itself otherwise.
 *
 * @example
 * ```ts
 * const decision = evaluateProducerAppend(producers.get(producer.id), producer);
 * const after = commitProducerAppend(producers, producer, decision);
 * ```
 */
export function commitProducerAppend(
  producers: ProducerStateMap,
  producer: ProducerAppend,
  decision: ProducerDecision,
): ProducerStateMap {
  if (decision.outcome !== "Accepted") return producers;
  return new Map(producers).set(producer.id, decision.next);
}
