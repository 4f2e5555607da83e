import { type Clock, type StreamId, UnavailableError } from "../../../shared/index.ts";
import type { KeySpace } from "./key-space.ts";
import { decodeRecord, EMPTY_RECORD, encodeRecord, type PathRecord } from "./record.ts";
import type { Values } from "./values.ts";

/** How long KV may still show a value that was overwritten, with some reserve, in ms. */
const STALE_MS = 120_000;
/** How long a record without a stream is kept, in seconds. */
const TOMBSTONE_SECONDS = 3600;
/** Records remembered at a time: each has the open chunk of its stream. */
const MAX_RECORDS = 256;

interface Known {
  readonly version: number;
  /** When it was the newest, in ms since the epoch. */
  readonly at: number;
}

/** The records of paths, as new as this instance can know them. */
export class RecordStore {
  readonly #values: Values;
  readonly #keys: KeySpace;
  readonly #clock: Clock;
  readonly #seen = new Map<string, PathRecord>();
  /** What was the newest of late, the latest last: also of paths whose records are forgotten for want of room. */
  readonly #known = new Map<string, Known>();
  /** Records whose write failed: they may be stored, or be stored later. */
  readonly #doubtful = new Map<string, PathRecord>();

  constructor(values: Values, keys: KeySpace, clock: Clock) {
    this.#values = values;
    this.#keys = keys;
    this.#clock = clock;
  }

  /** What this instance saw last. */
  peek(path: string): PathRecord | undefined {
    return this.#seen.get(path);
  }

  /**
   * What is stored; what this instance saw or wrote lately counts for more than an older value that KV still shows.
   *
   * @throws UnavailableError when it is known to be older, and what is newer is forgotten; or when KV does not answer.
   */
  async load(path: string): Promise<PathRecord> {
    const value = await this.#values.find(await this.#keys.record(path));
    const stored = value === undefined ? EMPTY_RECORD : decodeRecord(value);
    const known = this.#known.get(path);
    const now = this.#clock.now();
    if (known !== undefined && known.version > stored.version && now - known.at < STALE_MS) {
      const seen = this.#seen.get(path);
      if (seen === undefined) throw outdated();
      return seen;
    }
    this.#note(path, stored, now);
    return stored;
  }

  /**
   * What is stored, for whoever is going to write. A write that failed is settled first, by making it: readers may have
   * seen it, and must not see other bytes in its place.
   */
  async loadForWriting(path: string): Promise<PathRecord> {
    const record = await this.load(path);
    const doubtful = this.#doubtful.get(path);
    if (doubtful === undefined) return record;
    if (doubtful.version > record.version) await this.store(path, doubtful);
    this.#doubtful.delete(path);
    return doubtful.version > record.version ? doubtful : record;
  }

  /** Writes a record: the moment of the commit. @throws what KV threw; UnavailableError when another came first. */
  async store(path: string, record: PathRecord): Promise<void> {
    const key = await this.#keys.record(path);
    if ((this.#known.get(path)?.version ?? 0) >= record.version) throw overtaken();
    // Of a stream that was removed the version stays for a while, so that nobody takes an older record for newer.
    const isEmpty = record.state === undefined && record.tasks.size === 0;
    const options = isEmpty ? { expirationTtl: TOMBSTONE_SECONDS } : undefined;
    try {
      await this.#values.commit(key, encodeRecord(record), options);
    } catch (error) {
      this.#doubtful.set(path, record);
      throw error;
    }
    this.#note(path, record, this.#clock.now());
  }

  /** The record of a stream with something below its tail: any that names the position says where it is. */
  async covering(path: string, streamId: StreamId, pos: number): Promise<PathRecord | undefined> {
    const seen = this.peek(path);
    if (isAt(seen, streamId) && seen?.state !== undefined && pos < seen.state.tail.pos) return seen;
    const loaded = await this.load(path);
    return isAt(loaded, streamId) ? loaded : undefined;
  }

  /** Whether a stream is still at its path. */
  async isThere(path: string, streamId: StreamId): Promise<boolean> {
    return isAt(await this.load(path), streamId);
  }

  #note(path: string, record: PathRecord, at: number): void {
    this.#seen.delete(path);
    this.#seen.set(path, record);
    this.#known.delete(path);
    this.#known.set(path, { version: record.version, at });
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= MAX_RECORDS) break;
      this.#seen.delete(oldest);
    }
    for (const [oldest, known] of this.#known) {
      if (at - known.at < STALE_MS) break;
      this.#known.delete(oldest);
    }
  }
}

const isAt = (record: PathRecord | undefined, streamId: StreamId): boolean => record?.state?.streamId === streamId;

/** Only after a turn that took too long. */
const overtaken = (): UnavailableError =>
  new UnavailableError({ retryAfterSeconds: 1 }, { detail: "The write took so long that another one took its turn" });

/** Only of paths that were not used among hundreds of others, and were a minute ago. */
const outdated = (): UnavailableError =>
  new UnavailableError({ retryAfterSeconds: 5 }, { detail: "KV still shows what was there before the last write" });
