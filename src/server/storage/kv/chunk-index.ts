import type { ChunkInfo } from "../engine/backend.ts";

/** A chunk in KV: what is known of it, and the commit that its key names. */
export interface IndexedChunk extends ChunkInfo {
  readonly commitId: string;
}

/** A page of the index in KV: the entries of one level, from a position on. */
export interface IndexPage {
  readonly start: number;
  readonly commitId: string;
}

/**
 * Where the chunks of a stream are: a tree that only grows at its right edge. Here is that edge, the entries of each
 * level that do not fill a page yet; full pages are in KV and never change. So a commit writes, and a record holds,
 * about the same however long the stream is.
 */
export interface ChunkIndex {
  /** The latest chunks. */
  readonly chunks: readonly IndexedChunk[];
  /** At 0 the latest pages of chunks, at 1 the latest pages of those pages, and so on. */
  readonly pages: readonly (readonly IndexPage[])[];
}

/** A page to be written, in the order in which its entries are. */
export type NewPage =
  | { readonly level: 0; readonly start: number; readonly entries: readonly IndexedChunk[] }
  | { readonly level: number; readonly start: number; readonly entries: readonly IndexPage[] };

/** Loads the entries of a page; `undefined` when the stream is gone. */
export interface PageSource {
  chunks(page: IndexPage): Promise<readonly IndexedChunk[] | undefined>;
  pages(level: number, page: IndexPage): Promise<readonly IndexPage[] | undefined>;
}

/** The index of a stream without chunks. */
export const EMPTY_INDEX: ChunkIndex = { chunks: [], pages: [] };

/** Entries of a page. */
export const FANOUT = 128;

/** Adds chunks behind the last one, as one commit. */
export function extendIndex(
  index: ChunkIndex,
  added: readonly IndexedChunk[],
  commitId: string,
  fanout = FANOUT,
): { readonly index: ChunkIndex; readonly pages: readonly NewPage[] } {
  const written: NewPage[] = [];
  const pages = index.pages.map((level) => [...level]);
  const push = (level: number, page: IndexPage): void => {
    const entries = pages[level] ?? [];
    pages[level] = entries;
    entries.push(page);
    if (entries.length < fanout) return;
    const start = entries[0]?.start ?? page.start;
    written.push({ level: level + 1, start, entries: [...entries] });
    entries.length = 0;
    push(level + 1, { start, commitId });
  };
  let chunks: IndexedChunk[] = [...index.chunks];
  for (const chunk of added) {
    chunks.push(chunk);
    if (chunks.length < fanout) continue;
    const start = chunks[0]?.start ?? chunk.start;
    written.push({ level: 0, start, entries: chunks });
    chunks = [];
    push(0, { start, commitId });
  }
  return { index: { chunks, pages }, pages: written };
}

/** The chunk that holds byte `pos`, or the last one that starts before it. */
export async function findChunk(
  { chunks, pages }: ChunkIndex,
  pos: number,
  source: PageSource,
): Promise<IndexedChunk | undefined> {
  const recent = lastStartingAt(chunks, pos);
  if (recent !== undefined) return recent;
  for (const [level, entries] of pages.entries()) {
    const page = lastStartingAt(entries, pos);
    if (page !== undefined) return descend(level, page, pos, source);
  }
  return undefined;
}

async function descend(
  level: number,
  page: IndexPage,
  pos: number,
  source: PageSource,
): Promise<IndexedChunk | undefined> {
  if (level === 0) return lastStartingAt((await source.chunks(page)) ?? [], pos);
  const below = lastStartingAt((await source.pages(level, page)) ?? [], pos);
  return below && descend(level - 1, below, pos, source);
}

/** The last of ascending entries that starts at or before `pos`. */
function lastStartingAt<Entry extends { readonly start: number }>(
  entries: readonly Entry[],
  pos: number,
): Entry | undefined {
  return entries.findLast(({ start }) => start <= pos);
}
