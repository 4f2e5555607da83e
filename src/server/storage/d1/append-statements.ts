import type { LogPosition } from "../contract/index.ts";
import { type ChunkLimits, type PlannedChunk, planChunks } from "../engine/chunk-plan.ts";
import type { AppendedBytes, Commit } from "../engine/commit.ts";
import type { StreamState } from "../engine/state.ts";
import type { Statement } from "./database.ts";
import type { MovableAppend } from "./guard.ts";
import { toHex } from "./hex.ts";
import type { LastChunk, StoredStream } from "./rows.ts";
import { CREATED_KEY, KEY, MAX_POSITION } from "./schema.ts";
import { TRAIL_LENGTH } from "./trail.ts";

/** What to append, and to what. */
export interface AppendRequest {
  /** The stream; `undefined` for the one that the same batch creates. */
  readonly stored: StoredStream | undefined;
  /** Its state; that of the one created is empty. */
  readonly state: StreamState | undefined;
  /** Where the log ends. */
  readonly tail: LogPosition;
  readonly append: AppendedBytes;
  readonly producer: Commit["producer"];
  /** Name of the commit. */
  readonly id: string;
}

/** An append as statements. */
export interface AppendPlan {
  readonly statements: readonly Statement[];
  /** Where the log ends afterwards, if nobody else appends before. */
  readonly tail: LogPosition;
  /** Given when others may append before. The first statement then returns the `length` of the chunk. */
  readonly movable: MovableAppend | undefined;
}

/**
 * Cuts the bytes into chunks and writes them as statements.
 *
 * @throws RangeError when the log would end where no key reaches.
 */
export function planAppend(request: AppendRequest, limits: ChunkLimits): AppendPlan {
  const { stored, tail, append, producer, id } = request;
  const last = stored?.last;
  const open = last !== undefined && last.length < limits.coalesceBelow ? last : undefined;
  const plan = planChunks(tail, open?.length ?? 0, append.framed, limits);
  if (plan.tail.pos > MAX_POSITION) throw new RangeError(`A stream in D1 ends before byte ${MAX_POSITION}`);
  const statements = plan.inserts.map((chunk) => insert(chunk, request));
  if (stored === undefined || open === undefined || plan.extend === undefined) {
    return { statements, tail: plan.tail, movable: undefined };
  }
  if (append.movable && plan.inserts.length === 0) {
    const movable = { start: open.start, before: open.commit, length: plan.extend.length, id, producer };
    return { statements: [extendMoved(stored.number, open, plan.extend, request)], tail: plan.tail, movable };
  }
  const extended = extend(stored.number, open, plan.extend, request);
  return { statements: [extended, ...statements], tail: plan.tail, movable: undefined };
}

function insert(chunk: PlannedChunk, request: AppendRequest): Statement {
  const { stored, append, id } = request;
  return {
    sql: `INSERT INTO dcs_chunks (k, seq, lead, written_at, last_seq, producers, trail, data)
      VALUES (${stored ? KEY : CREATED_KEY}, ?, ?, ?, ?, ?, ?, unhex(?))`,
    params: [
      ...(stored ? [stored.number] : []),
      chunk.start,
      chunk.seq,
      chunk.lead,
      append.at,
      ...carried(request),
      id,
      toHex(chunk.data),
    ],
  };
}

const EXTEND = `UPDATE dcs_chunks SET data = CAST(data || unhex(?) AS BLOB), trail = substr(trail || ?, -${TRAIL_LENGTH})`;

function extend(number: number, open: LastChunk, bytes: Uint8Array, request: AppendRequest): Statement {
  return {
    sql: `${EXTEND}, written_at = ?, last_seq = ?, producers = ? WHERE k = ${KEY}`,
    params: [toHex(bytes), request.id, request.append.at, ...carried(request), number, open.start],
  };
}

/** What the chunk carries is left as others may have made it. */
function extendMoved(number: number, open: LastChunk, bytes: Uint8Array, { append, id }: AppendRequest): Statement {
  return {
    sql: `${EXTEND}, written_at = max(written_at, ?) WHERE k = ${KEY} RETURNING length(data) AS length`,
    params: [toHex(bytes), id, append.at, number, open.start],
  };
}

/** What the last chunk carries of its stream: the last `Stream-Seq` and the number of producers. */
function carried({ stored, state, append, producer }: AppendRequest): [lastSeq: string | null, producers: number] {
  const before = stored && state;
  return [append.seq ?? before?.lastSeq ?? null, (before?.producers ?? 0) + (producer && !producer.known ? 1 : 0)];
}
