import {
  ContentTypeMismatchError,
  evaluateProducerAppend,
  formatOffset,
  InvalidRequestError,
  isJsonContentType,
  normalizeContentType,
  type ProducerAppend,
  type ProducerDecision,
  producerError,
  RateLimitedError,
  SequenceConflictError,
  StreamClosedError,
} from "../../../../shared/index.ts";
import type { AppendResult } from "../../contract/index.ts";
import type { Body } from "../body.ts";
import type { Decision } from "../commit.ts";
import { requireLive } from "../lifetime.ts";
import type { Snapshot, StreamState } from "../state.ts";
import { compareBytewise } from "./bytewise.ts";

/** One append, close, or both, as the rules see it. */
export interface AppendCommand {
  readonly path: string;
  readonly body: Body;
  readonly contentType: string | undefined;
  readonly seq: string | undefined;
  readonly producer: ProducerAppend | undefined;
  readonly close: boolean;
  /** Most producers a stream remembers. */
  readonly maxProducers: number;
  readonly now: number;
}

/** What an append did; where the log ends afterwards only the backend knows. */
export type AppendVerdict = Omit<AppendResult, "nextOffset">;

/**
 * Judges an append (PROTOCOL.md §5.2, §5.2.1, §5.3). Refusals come in this order: not found or gone, stale epoch,
 * (duplicate,) closed, content type, body, producer sequence, `Stream-Seq`, too many producers.
 */
export function decideAppend(snapshot: Snapshot, command: AppendCommand): Decision<AppendVerdict> {
  const state = requireLive(command.path, snapshot.state, command.now);
  const standing = command.producer && evaluateProducerAppend(snapshot.producer, command.producer);
  if (standing?.outcome === "Fenced") throw producerError(standing);
  if (standing?.outcome === "Duplicate") return { result: answer(state, command, standing, { appended: false }) };
  if (state.closed) {
    if (isMereClose(command) && command.producer === undefined) {
      return { result: answer(state, command, undefined, { appended: false }) };
    }
    throw new StreamClosedError({ nextOffset: formatOffset(state.tail.seq, state.tail.pos) });
  }
  const framed = acceptBody(state, command);
  if (standing !== undefined && standing.outcome !== "Accepted") throw producerError(standing);
  refuseStaleSeq(state, command.seq);
  const known = snapshot.producer !== undefined;
  if (command.producer !== undefined && !known && state.producers >= command.maxProducers) {
    throw new RateLimitedError({}, { detail: `The stream remembers its limit of ${command.maxProducers} producers` });
  }
  // Of what other appends change, only these were looked at.
  const movable = command.seq === undefined && (command.producer === undefined || known);
  return {
    result: answer(state, command, standing, { appended: framed !== undefined }),
    commit: {
      ...(framed && {
        append: { framed, at: command.now, seq: command.seq, ...(movable && { movable: true as const }) },
      }),
      ...(framed === undefined && { touchedAt: command.now }),
      ...(command.close && { close: true as const }),
      ...(command.producer && standing && { producer: { id: command.producer.id, state: standing.next, known } }),
    },
  };
}

const isMereClose = (command: AppendCommand): boolean => command.close && command.body.length === 0;

function acceptBody(state: StreamState, command: AppendCommand) {
  if (isMereClose(command)) return undefined;
  if (command.body.length === 0) {
    throw new InvalidRequestError(
      { parameter: "body" },
      { detail: "The body is empty: only a request that closes the stream may have none" },
    );
  }
  if (command.contentType === undefined) {
    throw new InvalidRequestError(
      { parameter: "Content-Type" },
      { detail: "An append needs the stream's content type" },
    );
  }
  if (normalizeContentType(command.contentType) !== normalizeContentType(state.contentType)) {
    throw new ContentTypeMismatchError({ expected: state.contentType, received: command.contentType });
  }
  return command.body.framed(isJsonContentType(state.contentType), "refuse");
}

function refuseStaleSeq(state: StreamState, seq: string | undefined): void {
  if (seq === undefined || state.lastSeq === undefined) return;
  if (compareBytewise(seq, state.lastSeq) <= 0) throw new SequenceConflictError({ last: state.lastSeq, received: seq });
}

function answer(
  state: StreamState,
  command: AppendCommand,
  standing: Extract<ProducerDecision, { outcome: "Accepted" | "Duplicate" }> | undefined,
  { appended }: { appended: boolean },
): AppendVerdict {
  const duplicate = standing?.outcome === "Duplicate";
  const remembered = standing && (standing.outcome === "Duplicate" ? standing.state : standing.next);
  return {
    streamId: state.streamId,
    closed: state.closed || (command.close && !duplicate),
    appended,
    ...(command.producer &&
      remembered && {
        producer: { id: command.producer.id, epoch: remembered.epoch, seq: remembered.lastSeq, duplicate },
      }),
  };
}
