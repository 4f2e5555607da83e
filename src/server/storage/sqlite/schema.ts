/**
 * The tables. A row written costs a thousand times a row read, so what every append changes lives in one row: the last
 * chunk carries the log's end, the last `Stream-Seq`, the last access and the number of producers.
 *
 * - `streams` is keyed by path alone: one row is read to find a stream, and its row is written only when it is created,
 *   closed, deleted, forked or touched by a read.
 * - `chunks` is a rowid table whose key joins the stream's number and the chunk's first byte position. One row is
 *   read to find the last chunk or the one at a position, and one is written to insert or extend it. (Without rowid, or
 *   with a composite key, blobs cost several times the space, and another row.) The data of a last chunk that takes
 *   more may be followed by room for it ({@link roomFor}): SQLite writes a value that keeps its length in place, and so
 *   one or two pages instead of all. `size` says how much of it is data.
 * - `producers`, `forks` and `tasks` are small and keyed by what they are asked for.
 *
 * Numbers are not used twice: a reader of a removed stream finds nothing, not another stream's bytes. (Only one that was
 * given out in a transaction that was rolled back is.)
 */
export const SCHEMA: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS dcs_meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS dcs_streams (
    path TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    stream_id TEXT NOT NULL,
    content_type TEXT NOT NULL,
    ttl_seconds INTEGER,
    expires_at TEXT,
    created_at INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,
    base_pos INTEGER NOT NULL,
    base_seq INTEGER NOT NULL,
    fork TEXT,
    closed INTEGER NOT NULL DEFAULT 0,
    soft_deleted INTEGER NOT NULL DEFAULT 0,
    forks INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS dcs_chunks (
    k INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    lead INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    last_seq TEXT,
    producers INTEGER NOT NULL,
    size INTEGER NOT NULL,
    data BLOB NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS dcs_producers (
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (number, id)
  ) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS dcs_forks (
    number INTEGER NOT NULL,
    fork_id TEXT NOT NULL,
    readable_to INTEGER NOT NULL,
    PRIMARY KEY (number, fork_id)
  ) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS dcs_tasks (id TEXT PRIMARY KEY, at INTEGER NOT NULL, job TEXT NOT NULL) WITHOUT ROWID`,
];

/** Raised with every change of the tables; older ones are migrated on first use. */
export const SCHEMA_VERSION = 2;

/** What makes tables of a version those of the next one. Every row of the largest table is written once. */
export const MIGRATIONS: ReadonlyMap<number, readonly string[]> = new Map([
  [
    1,
    ["ALTER TABLE dcs_chunks ADD COLUMN size INTEGER NOT NULL DEFAULT 0", "UPDATE dcs_chunks SET size = length(data)"],
  ],
]);

/** Bits of a chunk key that hold the position: a stream's own bytes end below 1 TiB. */
export const POSITION_BITS = 40;

/** SQL for the key of a chunk row, from two parameters: the number of its stream and a position. */
export const KEY = `(CAST(? AS INTEGER) << ${POSITION_BITS} | CAST(? AS INTEGER))`;

/** SQL for the position in the key of a chunk row: where its bytes begin. */
export const START = `k & ${2 ** POSITION_BITS - 1}`;

const EXTENDED = "size = ?, data = CAST(substr(data, 1, ?) || ? || zeroblob(?) AS BLOB), written_at = ?";

/** Puts bytes behind those of an open chunk: its size then, its size before, the bytes, the room behind them, the time. */
export const EXTEND_CHUNK = `UPDATE dcs_chunks SET ${EXTENDED}, last_seq = ?, producers = ? WHERE k = ${KEY}`;

/** Adds a chunk. */
export const INSERT_CHUNK = `INSERT INTO dcs_chunks (k, seq, lead, written_at, last_seq, producers, size, data)
  VALUES (${KEY}, ?, ?, ?, ?, ?, ?, CAST(? || zeroblob(?) AS BLOB))`;

/**
 * {@link EXTEND_CHUNK}, if the chunk is as it is known, and the stream too, and takes appends. The stream is known by its
 * identity: its number may be another one's after a rollback.
 */
export const EXTEND_CHUNK_IF_KNOWN = `UPDATE dcs_chunks SET ${EXTENDED} WHERE k = ${KEY} AND size = ? AND seq = ?
  AND EXISTS (SELECT 1 FROM dcs_streams WHERE path = ? AND stream_id = ? AND closed = 0 AND soft_deleted = 0)`;

/** Stores a producer's state. */
export const UPSERT_PRODUCER = `INSERT INTO dcs_producers VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq`;
