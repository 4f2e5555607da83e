import type { Chunk, StreamKey } from "../engine/backend.ts";
import type { KeySpace } from "./key-space.ts";
import { chunkHolding, type Pack } from "./pack.ts";
import type { PackTable } from "./pack-table.ts";
import type { Values } from "./values.ts";

/** Bytes kept for whoever reads a part of a value and then the next part; a larger value is kept alone. */
const KEPT_BYTES = 4 * 1024 * 1024;

/** Reads chunks that moved to KV. */
export class PackReader {
  readonly #values: Values;
  readonly #keys: KeySpace;
  readonly #packs: PackTable;
  readonly #kept = new Map<string, Uint8Array>();

  constructor(values: Values, keys: KeySpace, packs: PackTable) {
    this.#values = values;
    this.#keys = keys;
    this.#packs = packs;
  }

  /** The chunk that holds byte `pos`, in a buffer of its own. @throws UnavailableError when KV does not have it. */
  async chunkAt(key: StreamKey, pos: number): Promise<Chunk | undefined> {
    const pack = this.#packs.find(key, pos);
    const info = pack && chunkHolding(pack, pos);
    if (pack === undefined || info === undefined) return undefined;
    const bytes = await this.#bytes(key, pack);
    if (bytes === undefined) return undefined;
    if (pack.chunks.length > 1) this.#keep(this.#nameOf(pack), bytes);
    const from = info.start - pack.start;
    return { ...info, data: pack.chunks.length > 1 ? bytes.slice(from, from + info.length) : bytes };
  }

  /** All that follows in the pack from the chunk on that starts at `pos`, as one chunk in a buffer of its own. */
  async restFrom(key: StreamKey, pos: number): Promise<Chunk | undefined> {
    const pack = this.#packs.find(key, pos);
    const info = pack && chunkHolding(pack, pos);
    if (pack === undefined || info?.start !== pos) return undefined;
    const name = this.#nameOf(pack);
    const isKept = this.#kept.has(name);
    const bytes = await this.#bytes(key, pack);
    if (bytes === undefined) return undefined;
    this.#kept.delete(name);
    const isWhole = pos === pack.start && !isKept;
    return { ...info, length: pack.start + pack.length - pos, data: isWhole ? bytes : bytes.slice(pos - pack.start) };
  }

  async #bytes(key: StreamKey, pack: Pack): Promise<Uint8Array | undefined> {
    const name = this.#nameOf(pack);
    const isThere = (): boolean => this.#packs.find(key, pack.start) !== undefined;
    const bytes = this.#kept.get(name) ?? (await this.#values.immutable(name, pack.length, isThere));
    // A stream that was deleted meanwhile is gone, also where KV still has its bytes.
    return isThere() ? bytes : undefined;
  }

  #nameOf({ streamId, start }: Pack): string {
    return this.#keys.pack(streamId, start);
  }

  #keep(name: string, bytes: Uint8Array): void {
    this.#kept.delete(name);
    this.#kept.set(name, bytes);
    let total = 0;
    for (const { length } of this.#kept.values()) total += length;
    for (const [oldest, { length }] of this.#kept) {
      if (total <= KEPT_BYTES || oldest === name) return;
      this.#kept.delete(oldest);
      total -= length;
    }
  }
}
