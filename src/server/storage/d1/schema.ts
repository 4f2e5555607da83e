/** Bits of a chunk key that hold the position. A database holds 10 GB, and a fork's first position is its source's. */
const POSITION_BITS = 36;

/** Bits that are left for the stream's number, since keys are not negative. */
const NUMBER_BITS = 63 - POSITION_BITS;

/** Where a log must end at the latest, in bytes: 64 GiB. */
export const MAX_POSITION = 2 ** POSITION_BITS - 1;

/** Streams that a database can have in its life, one after the other: 134 million. */
const MAX_STREAMS = 2 ** NUMBER_BITS - 1;

/**
 * The tables. One database holds any number of streams, and D1 bills a row written a thousand times a row read, so the
 * last chunk carries what every append changes (the log's end, the last `Stream-Seq`, the last access, the number of
 * producers): a plain append writes its row and no other.
 *
 * - `streams` is written when a stream is created, closed, deleted, forked or touched by a read, and counts that in
 *   `version`. Together with the end of the log, which every append moves, it never has the same value twice in a
 *   stream's life: the condition under which commits are written.
 * - `chunks` is a rowid table whose key joins the stream's number and the chunk's first byte position. `trail` names
 *   the appends that the chunk took, the latest last, so that an append whose answer was lost can be found.
 * - `producers`, `forks` and `tasks` are small and keyed by what they are asked for. Tasks are also found by due time.
 * - `guard` is always empty: an attempt to write to it is how a commit fails whose condition does not hold.
 *
 * Numbers are never used twice: a reader of a removed stream finds nothing, not another stream's bytes.
 */
export const SCHEMA: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS dcs_meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS dcs_guard (conflict INTEGER NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS dcs_streams (
    path TEXT PRIMARY KEY,
    number INTEGER NOT NULL CHECK (number < ${MAX_STREAMS}),
    stream_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    ttl_seconds INTEGER,
    expires_at TEXT,
    created_at INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,
    base_pos INTEGER NOT NULL,
    base_seq INTEGER NOT NULL,
    fork TEXT,
    closed INTEGER NOT NULL,
    soft_deleted INTEGER NOT NULL,
    forks INTEGER NOT NULL
  ) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS dcs_chunks (
    k INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    lead INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    last_seq TEXT,
    producers INTEGER NOT NULL,
    trail TEXT NOT NULL,
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
  `CREATE TABLE IF NOT EXISTS dcs_tasks (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    at INTEGER NOT NULL,
    job TEXT NOT NULL
  ) WITHOUT ROWID`,
  `CREATE INDEX IF NOT EXISTS dcs_tasks_due ON dcs_tasks (owner, at)`,
];

/** Raised with every change of the tables; `initialize` migrates from older ones. */
export const SCHEMA_VERSION = 1;

/** Numbers are bound as floating point. */
const number = "CAST(? AS INTEGER)";

/** The position in a chunk's key. */
export const START = `k & ${MAX_POSITION}`;

/** A chunk's key, of a stream's number and a position, both bound. */
export const KEY = `(${number} << ${POSITION_BITS} | ${number})`;

/**
 * Asks something of the last chunk of a stream: one step from the end of its keys, and one row read, however many they
 * are. (`max(k)` finds the key, and then the row is read again.)
 *
 * @param columns An expression over its columns. @param streamNumber An expression for the stream's number.
 */
export const ofLastChunk = (columns: string, streamNumber: string): string =>
  `SELECT ${columns} FROM dcs_chunks WHERE k >= ${streamNumber} << ${POSITION_BITS}
    AND k < (${streamNumber} + 1) << ${POSITION_BITS} ORDER BY k DESC LIMIT 1`;

/** The number of a stream, bound. */
export const NUMBER = number;

/** The number that was handed out last: the one of the stream that the same batch creates. */
export const LAST_NUMBER = "(SELECT value FROM dcs_meta WHERE key = 'next_number')";

/** A chunk's key, of the stream that the same batch creates and a position, which is bound. */
export const CREATED_KEY = `(${LAST_NUMBER} << ${POSITION_BITS} | ${number})`;
