import type { Chunk, ChunkInfo, StreamKey } from "../engine/backend.ts";
import { findChunk, type IndexedChunk, type IndexPage, type PageSource } from "./chunk-index.ts";
import type { KeySpace } from "./key-space.ts";
import type { PathRecord } from "./record.ts";
import type { RecordStore } from "./record-store.ts";
import type { Values } from "./values.ts";

/** Index pages kept at a time: about 12 KiB each. They never change. */
const MAX_PAGES = 64;

/** Finds and reads the chunks of streams whose records are in KV. */
export class LoneChunks {
  readonly #records: RecordStore;
  readonly #values: Values;
  readonly #keys: KeySpace;
  readonly #pages = new Map<string, Uint8Array>();

  constructor(records: RecordStore, values: Values, keys: KeySpace) {
    this.#records = records;
    this.#values = values;
    this.#keys = keys;
  }

  /** The chunk that holds byte `pos`, without its data. */
  async infoAt(key: StreamKey, pos: number): Promise<ChunkInfo | undefined> {
    const record = await this.#records.covering(key.path, key.streamId, pos);
    return record && this.#find(record, key, pos);
  }

  /** The chunk that holds byte `pos`. */
  async at(key: StreamKey, pos: number): Promise<Chunk | undefined> {
    const record = await this.#records.covering(key.path, key.streamId, pos);
    const found = record && (await this.#find(record, key, pos));
    return found && this.#read(key, found);
  }

  /** The chunks from the one on that starts at `start`, up to `end`, fetched side by side. */
  async from(key: StreamKey, start: number, end: number): Promise<Chunk[]> {
    const record = await this.#records.covering(key.path, key.streamId, start);
    if (record === undefined) return [];
    const found: (Chunk | IndexedChunk)[] = [];
    for (let pos = start; pos < end; ) {
      const chunk = await this.#find(record, key, pos);
      if (chunk?.start !== pos) break;
      found.push(chunk);
      pos += chunk.length;
    }
    const chunks = await Promise.all(found.map((chunk) => this.#read(key, chunk)));
    const gap = chunks.indexOf(undefined);
    return (gap === -1 ? chunks : chunks.slice(0, gap)).filter((chunk) => chunk !== undefined);
  }

  async #find({ open, index }: PathRecord, key: StreamKey, pos: number): Promise<Chunk | IndexedChunk | undefined> {
    const found = open !== undefined && open.start <= pos ? open : await findChunk(index, pos, this.#source(key));
    return found !== undefined && pos < found.start + found.length ? found : undefined;
  }

  async #read(key: StreamKey, chunk: Chunk | IndexedChunk): Promise<Chunk | undefined> {
    // Copied, as the record is kept.
    if ("data" in chunk) return { ...chunk, data: new Uint8Array(chunk.data) };
    const { path, streamId } = key;
    const name = this.#keys.chunk(streamId, chunk.seq, chunk.commitId);
    const data = await this.#values.immutable(name, chunk.length, () => this.#records.isThere(path, streamId));
    const seen = this.#records.peek(path);
    // A stream that was deleted meanwhile is gone, also where KV still has its bytes.
    const isGone = seen !== undefined && seen.state?.streamId !== streamId;
    return data === undefined || isGone ? undefined : { ...chunk, data };
  }

  /** Pages are written by this store alone: what comes back is what went in. */
  #source(key: StreamKey): PageSource {
    const load = async (level: number, page: IndexPage): Promise<string | undefined> => {
      const value = await this.#page(key, this.#keys.indexPage(key.streamId, level, page.start, page.commitId));
      return value && new TextDecoder().decode(value);
    };
    return {
      chunks: async (page) => {
        const text = await load(0, page);
        if (text === undefined) return undefined;
        const entries: readonly IndexedChunk[] = JSON.parse(text);
        return entries;
      },
      pages: async (level, page) => {
        const text = await load(level, page);
        if (text === undefined) return undefined;
        const entries: readonly IndexPage[] = JSON.parse(text);
        return entries;
      },
    };
  }

  async #page({ path, streamId }: StreamKey, name: string): Promise<Uint8Array | undefined> {
    const known = this.#pages.get(name);
    if (known !== undefined) return known;
    const value = await this.#values.immutable(name, undefined, () => this.#records.isThere(path, streamId));
    if (value === undefined) return undefined;
    this.#pages.set(name, value);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) break;
      this.#pages.delete(oldest);
    }
    return value;
  }
}
