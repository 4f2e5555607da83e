import type { StreamPage, StreamStore } from "../../src/server/storage/contract/index.ts";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { generateETag, initialOffset, mintStreamId } from "../../src/shared/index.ts";

/** A page made by hand: what its chunks are, and how long it says it is. */
export function pageOf(contentType: string, chunks: () => AsyncIterable<Uint8Array>, byteLength: number): StreamPage {
  const streamId = mintStreamId();
  const start = initialOffset();
  return {
    streamId,
    contentType,
    startOffset: start,
    nextOffset: start,
    upToDate: true,
    closed: false,
    etag: generateETag(streamId, start, start),
    byteLength,
    chunks,
  };
}

/** A store whose every read gives the same page. */
export function storeOf(page: StreamPage): StreamStore {
  return new Proxy<StreamStore>(new MemoryStore(), {
    get: (target, name) => {
      if (name === "read") return () => Promise.resolve(page);
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** `bytes` in pieces of `size`, then, if given, a failure. */
export async function* chunked(bytes: Uint8Array, size: number, failure?: Error): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
  if (failure !== undefined) throw failure;
}
