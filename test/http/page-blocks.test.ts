import { describe, expect, test } from "vitest";
import { bodyBlocks } from "../../src/server/http/page-blocks.ts";
import { generateETag, initialOffset, mintStreamId } from "../../src/shared/index.ts";

const SMALL = 1024;
const LARGE = 1024 * 1024;

function pageOf(chunks: readonly Uint8Array[], detachable: boolean) {
  const streamId = mintStreamId();
  const offset = initialOffset();
  return {
    streamId,
    contentType: "application/octet-stream",
    startOffset: offset,
    nextOffset: offset,
    upToDate: true,
    closed: false,
    etag: generateETag(streamId, offset, offset),
    byteLength: chunks.reduce((length, chunk) => length + chunk.length, 0),
    detachable,
    async *chunks() {
      yield* chunks;
    },
  };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

describe("the blocks of a page", () => {
  test("let go of a chunk that was copied, if the page allows it", async () => {
    const chunks = [new Uint8Array(SMALL), new Uint8Array(SMALL)];
    await collect(bodyBlocks(pageOf(chunks, true)));
    expect(chunks.map(({ buffer }) => buffer.detached)).toEqual([true, true]);
  });

  test("leave a chunk that was copied alone, if the page does not allow it", async () => {
    const chunk = new Uint8Array(SMALL).fill(1);
    await collect(bodyBlocks(pageOf([chunk], false)));
    expect(chunk).toEqual(new Uint8Array(SMALL).fill(1));
  });

  test("hand a large chunk over uncopied", async () => {
    const chunk = new Uint8Array(LARGE);
    const [block] = await collect(bodyBlocks(pageOf([chunk], true)));
    expect(block).toMatchObject({ bytes: { buffer: chunk.buffer }, detachable: true });
  });
});
