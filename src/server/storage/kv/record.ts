import type { ProducerState, StreamId } from "../../../shared/index.ts";
import type { Chunk, ChunkInfo } from "../engine/backend.ts";
import type { StreamState } from "../engine/state.ts";
import type { Task } from "../engine/task.ts";
import { type ChunkIndex, EMPTY_INDEX } from "./chunk-index.ts";

/** All that a path holds but sealed chunks: one value, which is the commit. */
export interface PathRecord {
  /** Counts the commits at the path. */
  readonly version: number;
  readonly state: StreamState | undefined;
  readonly producers: ReadonlyMap<string, ProducerState>;
  readonly forks: ReadonlyMap<StreamId, number>;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly index: ChunkIndex;
  /** The last chunk, while the next append extends it. */
  readonly open: Chunk | undefined;
}

/** The record as text; the bytes of the open chunk follow it. */
interface Header {
  readonly version: number;
  readonly state?: StreamState | undefined;
  readonly producers: readonly (readonly [string, ProducerState])[];
  readonly forks: readonly (readonly [StreamId, number])[];
  readonly tasks: readonly Task[];
  readonly index: ChunkIndex;
  readonly open?: ChunkInfo | undefined;
}

/** What a path holds that was never used. */
export const EMPTY_RECORD: PathRecord = {
  version: 0,
  state: undefined,
  producers: new Map(),
  forks: new Map(),
  tasks: new Map(),
  index: EMPTY_INDEX,
  open: undefined,
};

/** Bytes of the number that says how long the header is. */
const LENGTH_BYTES = 4;

/** Writes a record as one value. */
export function encodeRecord({ version, state, producers, forks, tasks, index, open }: PathRecord): Uint8Array {
  const header: Header = {
    version,
    state,
    producers: [...producers],
    forks: [...forks],
    tasks: [...tasks.values()],
    index,
    open: open && withoutData(open),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const value = new Uint8Array(LENGTH_BYTES + text.length + (open?.length ?? 0));
  new DataView(value.buffer).setUint32(0, text.length);
  value.set(text, LENGTH_BYTES);
  if (open !== undefined) value.set(open.data, LENGTH_BYTES + text.length);
  return value;
}

/** Reads what {@link encodeRecord} wrote. */
export function decodeRecord(value: Uint8Array): PathRecord {
  const length = new DataView(value.buffer, value.byteOffset).getUint32(0);
  const end = LENGTH_BYTES + length;
  // Records are written by this store alone: what comes back is what went in.
  const header: Header = JSON.parse(new TextDecoder().decode(value.subarray(LENGTH_BYTES, end)));
  return {
    version: header.version,
    state: header.state,
    producers: new Map(header.producers),
    forks: new Map(header.forks),
    tasks: new Map(header.tasks.map((task) => [task.id, task])),
    index: header.index,
    open: header.open && { ...header.open, data: value.subarray(end) },
  };
}

function withoutData({ start, length, seq, lead, writtenAt }: Chunk): ChunkInfo {
  return { start, length, seq, lead, writtenAt };
}
