import type { StreamId } from "../../../shared/index.ts";
import type { ChunkInfo, StreamKey } from "../engine/backend.ts";
import { type ChunkInfoRow, infoOf } from "../sqlite/rows.ts";
import { KEY, START } from "../sqlite/schema.ts";
import { formatDirectory, type Pack, parseDirectory } from "./pack.ts";

/**
 * Where the bytes are that moved to KV: one row for each value, with what its chunks' rows said. A row is written before
 * the value (`stored` is 0 then), so that no value is ever unknown here, whatever breaks off.
 */
const SCHEMA = `CREATE TABLE IF NOT EXISTS dcs_packs (
  stream_id TEXT NOT NULL,
  start INTEGER NOT NULL,
  length INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  chunks TEXT NOT NULL,
  begun_at INTEGER NOT NULL,
  stored INTEGER NOT NULL,
  PRIMARY KEY (stream_id, start)
) WITHOUT ROWID`;

/** Chunks in a pack at most: so many keep the row small. */
const MAX_CHUNKS = 256;

interface PackRow {
  readonly start: number;
  readonly length: number;
  readonly seq: number;
  readonly chunks: string;
  readonly begun_at: number;
  readonly stored: number;
  readonly [column: string]: SqlStorageValue;
}

/** A pack with what became of its value. */
export interface BegunPack extends Pack {
  /** When it was begun, in ms since the epoch. */
  readonly begunAt: number;
  /** Whether KV has confirmed it. */
  readonly stored: boolean;
}

/** The table of packs, beside the tables of the SQLite backend, whose chunk rows it takes over. */
export class PackTable {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  /** The stored pack that holds byte `pos` of a stream, if the stream is still at its path. */
  find({ path, streamId }: StreamKey, pos: number): Pack | undefined {
    const query = `SELECT p.start, p.length, p.seq, p.chunks, p.begun_at, p.stored
      FROM dcs_streams s JOIN dcs_packs p ON p.stream_id = s.stream_id AND p.start <= ?
      WHERE s.path = ? AND s.stream_id = ? AND p.stored = 1 ORDER BY p.start DESC LIMIT 1`;
    const [pack] = this.#packs(streamId, query, pos, path, streamId);
    return pack !== undefined && pos < pack.start + pack.length ? pack : undefined;
  }

  /** Packs of a stream, wherever the stream is, at most `limit`. */
  of(streamId: StreamId, limit: number): BegunPack[] {
    return this.#packs(streamId, "SELECT * FROM dcs_packs WHERE stream_id = ? LIMIT ?", streamId, limit);
  }

  /** The pack to write next: the one that broke off, or a new one of at least `minBytes`, if so much is sealed. */
  next(key: StreamKey, minBytes: number): Pack | undefined {
    // They are written one after the other, so only the last one can have broken off.
    const query = "SELECT * FROM dcs_packs WHERE stream_id = ? ORDER BY start DESC LIMIT 1";
    const [last] = this.#packs(key.streamId, query, key.streamId);
    if (last !== undefined && !last.stored) return last;
    return this.#fullPack(key, minBytes);
  }

  /** Notes that a pack is about to be written. Doing so again changes nothing. */
  begin({ streamId, start, length, chunks }: Pack, now: number): void {
    this.#sql.exec(SCHEMA);
    this.#sql.exec(
      "INSERT INTO dcs_packs VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
      streamId,
      start,
      length,
      chunks[0]?.seq ?? 0,
      formatDirectory(chunks),
      now,
    );
  }

  /** The bytes of a pack that is not stored yet; `undefined` when its stream is gone. */
  bytes(path: string, { streamId, start, length }: Pack): Uint8Array | undefined {
    const number = this.#numberOf({ path, streamId });
    if (number === undefined) return undefined;
    const query = `SELECT size, data FROM dcs_chunks WHERE k >= ${KEY} AND k < ${KEY} ORDER BY k`;
    const whole = new Uint8Array(length);
    let filled = 0;
    const rows = this.#sql.exec<{ size: number; data: ArrayBuffer }>(query, number, start, number, start + length);
    for (const { size, data } of rows) {
      whole.set(new Uint8Array(data, 0, size), filled);
      filled += size;
    }
    if (filled !== length) throw new RangeError("The chunks of a pack are not what they were");
    return whole;
  }

  /** Takes over the chunks of a pack that KV has confirmed. @returns `false` when its stream is gone. */
  finish(path: string, { streamId, start, length }: Pack): boolean {
    return this.#storage.transactionSync(() => {
      const number = this.#numberOf({ path, streamId });
      if (number === undefined) return false;
      this.#sql.exec("UPDATE dcs_packs SET stored = 1 WHERE stream_id = ? AND start = ?", streamId, start);
      this.#sql.exec(`DELETE FROM dcs_chunks WHERE k >= ${KEY} AND k < ${KEY}`, number, start, number, start + length);
      return true;
    });
  }

  /** Forgets packs whose values are deleted. */
  drop(streamId: StreamId, starts: readonly number[]): void {
    for (const start of starts) {
      this.#sql.exec("DELETE FROM dcs_packs WHERE stream_id = ? AND start = ?", streamId, start);
    }
  }

  /** Sealed chunks are all but the last, which carries the stream's state. */
  #fullPack(key: StreamKey, minBytes: number): Pack | undefined {
    const number = this.#numberOf(key);
    if (number === undefined) return undefined;
    const first = this.#edge(number, "ASC");
    const last = this.#edge(number, "DESC");
    if (first === undefined || last === undefined || last - first < minBytes) return undefined;
    const query = `SELECT ${START} AS start, size AS length, seq, lead, written_at FROM dcs_chunks
      WHERE k >= ${KEY} AND k < ${KEY} ORDER BY k LIMIT ${MAX_CHUNKS}`;
    const until = Math.min(last, first + minBytes);
    const rows = this.#sql.exec<ChunkInfoRow>(query, number, first, number, until).toArray();
    return packOf(key.streamId, first, rows.map(infoOf));
  }

  #edge(number: number, order: "ASC" | "DESC"): number | undefined {
    const query = `SELECT ${START} AS start FROM dcs_chunks WHERE k >= ${KEY} AND k < ${KEY} ORDER BY k ${order} LIMIT 1`;
    return this.#sql.exec<{ start: number }>(query, number, 0, number + 1, 0).toArray()[0]?.start;
  }

  #numberOf({ path, streamId }: StreamKey): number | undefined {
    const query = "SELECT number FROM dcs_streams WHERE path = ? AND stream_id = ?";
    return this.#sql.exec<{ number: number }>(query, path, streamId).toArray()[0]?.number;
  }

  /** The table comes with the first pack: a stream that has none should cost nothing more than in SQLite alone. */
  #packs(streamId: StreamId, query: string, ...bindings: SqlStorageValue[]): BegunPack[] {
    let rows: PackRow[];
    try {
      rows = this.#sql.exec<PackRow>(query, ...bindings).toArray();
    } catch (error) {
      if (error instanceof Error && error.message.includes("no such table")) return [];
      throw error;
    }
    return rows.map(({ start, seq, chunks, begun_at, stored }) => ({
      ...packOf(streamId, start, parseDirectory(chunks, start, seq)),
      begunAt: begun_at,
      stored: stored === 1,
    }));
  }
}

function packOf(streamId: StreamId, start: number, chunks: readonly ChunkInfo[]): Pack {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return { streamId, start, length, chunks };
}
