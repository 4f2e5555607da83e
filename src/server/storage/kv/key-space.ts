import type { StreamId } from "../../../shared/index.ts";

/** What KV allows a key to take, in bytes of UTF-8. */
const MAX_KEY_BYTES = 512;
/** What a prefix leaves to the longest key behind it. */
const MAX_PREFIX_BYTES = 256;
const MAX_PATH_BYTES = MAX_KEY_BYTES - MAX_PREFIX_BYTES - 32;

/** Digits of the largest position and of the largest time, so that keys sort as the numbers do. */
const DIGITS = 16;

const encoder = new TextEncoder();

/** Names what a store keeps in its namespace. Everything begins with the prefix, so that others may use the namespace. */
export class KeySpace {
  readonly #prefix: string;

  /** @throws RangeError for a prefix of more than 256 bytes. */
  constructor(prefix: string) {
    if (encoder.encode(prefix).length > MAX_PREFIX_BYTES) {
      throw new RangeError(`A key prefix takes at most ${MAX_PREFIX_BYTES} bytes`);
    }
    this.#prefix = prefix;
  }

  /** Begins the keys of everything that belongs to one stream and to no other. */
  ofStream(streamId: StreamId): string {
    return `${this.#prefix}${streamId}/`;
  }

  /** The bytes from a position on, of a store that keeps its state elsewhere. */
  pack(streamId: StreamId, start: number): string {
    return `${this.ofStream(streamId)}${sortable(start)}`;
  }

  /** One chunk. The commit's name keeps an attempt that was given up from having written under this very key. */
  chunk(streamId: StreamId, seq: number, commitId: string): string {
    return `${this.ofStream(streamId)}chunk/${sortable(seq)}-${commitId}`;
  }

  /** A page of the index of chunks. */
  indexPage(streamId: StreamId, level: number, start: number, commitId: string): string {
    return `${this.ofStream(streamId)}index/${level}/${sortable(start)}-${commitId}`;
  }

  /** When a stream was last used by a reader. */
  access(streamId: StreamId): string {
    return `${this.ofStream(streamId)}access`;
  }

  /** What is at a path. Two paths never share a key, also when one is too long to be in it. */
  async record(path: string): Promise<string> {
    return `${this.#prefix}path/${await this.#shortened(path)}`;
  }

  /** Begins the keys that say when work is due; they sort by time. */
  get due(): string {
    return `${this.#prefix}due/`;
  }

  /** Says that there is work at a path at a time (ms since the epoch). */
  async dueAt(at: number, path: string): Promise<string> {
    return `${this.due}${sortable(at)}/${await this.#shortened(path)}`;
  }

  /** Says that at a time it has to be looked whether a stream, which was about to be created, is there. */
  guardAt(at: number, streamId: StreamId): string {
    return `${this.due}${sortable(at)}/~${streamId}`;
  }

  /** The time in a key that {@link KeySpace.dueAt} or {@link KeySpace.guardAt} made. */
  timeOf(dueKey: string): number {
    return Number.parseInt(dueKey.slice(this.due.length, this.due.length + DIGITS), 16);
  }

  async #shortened(path: string): Promise<string> {
    const bytes = encoder.encode(path);
    if (bytes.length <= MAX_PATH_BYTES) return `=${path}`;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    let name = "#";
    for (const byte of digest) name += byte.toString(16).padStart(2, "0");
    return name;
  }
}

const sortable = (value: number): string => Math.max(0, Math.trunc(value)).toString(16).padStart(DIGITS, "0");
