import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ChunkIndex,
  EMPTY_INDEX,
  extendIndex,
  findChunk,
  type IndexedChunk,
  type IndexPage,
  type PageSource,
} from "../../../src/server/storage/kv/chunk-index.ts";

const FANOUT = 3;

/** Pages in memory, by what names them in KV. */
class Pages implements PageSource {
  readonly #chunks = new Map<string, readonly IndexedChunk[]>();
  readonly #pages = new Map<string, readonly IndexPage[]>();
  loads = 0;

  /** Adds chunks to an index and keeps the pages that they fill. */
  extend(index: ChunkIndex, added: readonly IndexedChunk[], commitId: string): ChunkIndex {
    const grown = extendIndex(index, added, commitId, FANOUT);
    for (const page of grown.pages) {
      const name = `${page.level}/${page.start}/${commitId}`;
      expect(this.#chunks.has(name) || this.#pages.has(name)).toBe(false);
      expect(page.entries).toHaveLength(FANOUT);
      if (page.level === 0)
        this.#chunks.set(
          name,
          page.entries.flatMap((entry) => ("seq" in entry ? [entry] : [])),
        );
      else this.#pages.set(name, page.entries);
    }
    return grown.index;
  }

  async chunks({ start, commitId }: IndexPage) {
    this.loads += 1;
    return this.#chunks.get(`0/${start}/${commitId}`);
  }

  async pages(level: number, { start, commitId }: IndexPage) {
    this.loads += 1;
    return this.#pages.get(`${level}/${start}/${commitId}`);
  }
}

/** Chunks of the given lengths behind each other. */
function chunksOf(lengths: readonly number[], start: number, seq: number, commitId: string): IndexedChunk[] {
  let next = start;
  return lengths.map((length, at) => {
    const chunk = { start: next, length, seq: seq + at, lead: 0, writtenAt: 0, commitId };
    next += length;
    return chunk;
  });
}

describe("an index of chunks", () => {
  test("finds every chunk by any position in it, whatever the commits were", async () => {
    const commits = fc.array(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 40 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(commits, async (all) => {
        const pages = new Pages();
        const chunks: IndexedChunk[] = [];
        let index = EMPTY_INDEX;
        for (const [at, lengths] of all.entries()) {
          const last = chunks.at(-1);
          const added = chunksOf(lengths, last ? last.start + last.length : 7, chunks.length, String(at));
          chunks.push(...added);
          index = pages.extend(index, added, String(at));
        }
        for (const chunk of chunks) {
          expect(await findChunk(index, chunk.start, pages)).toEqual(chunk);
          expect(await findChunk(index, chunk.start + chunk.length - 1, pages)).toEqual(chunk);
        }
        expect(await findChunk(index, 6, pages)).toBeUndefined();
      }),
    );
  });

  test("stays as small as the logarithm of what it finds, and so does the way to a chunk", async () => {
    const pages = new Pages();
    let index = EMPTY_INDEX;
    for (let i = 0; i < 3 ** 7; i++) index = pages.extend(index, chunksOf([1], i, i, String(i)), String(i));
    expect([index.chunks, ...index.pages].every((entries) => entries.length < FANOUT)).toBe(true);
    expect(index.pages).toHaveLength(7);
    await findChunk(index, 1000, pages);
    expect(pages.loads).toBe(7);
  });

  test("leaves an index as it was that others still read", async () => {
    const pages = new Pages();
    const before = pages.extend(EMPTY_INDEX, chunksOf([1, 1], 0, 0, "a"), "a");
    const text = JSON.stringify(before);
    pages.extend(before, chunksOf([1, 1, 1, 1, 1, 1, 1, 1], 2, 2, "b"), "b");
    expect(JSON.stringify(before)).toBe(text);
  });
});
