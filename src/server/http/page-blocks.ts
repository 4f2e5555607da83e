import { isJsonContentType } from "../../shared/index.ts";
import type { Appended, StreamPage } from "../storage/contract/index.ts";

/** Size up to which small chunks are put together, in bytes: one write of this size costs little more than a tiny one. */
const BLOCK_BYTES = 256 * 1024;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Bytes of a body, ready to be sent. */
export interface Block {
  /** The bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether the buffer is nobody else's, so that it may be detached once it was sent. */
  readonly detachable: boolean;
}

/**
 * Length in bytes of the body that carries a page. JSON messages are stored each with a comma behind it: the last comma
 * goes, and two brackets come.
 */
export function bodyLength(page: Pick<StreamPage, "contentType" | "byteLength">): number {
  if (!isJsonContentType(page.contentType)) return page.byteLength;
  return page.byteLength === 0 ? 2 : page.byteLength + 1;
}

/**
 * Reads a page that fits in memory into one body, with room around it.
 *
 * @param page The page; its chunks are used up.
 * @param before Free bytes to leave in front.
 * @param after Free bytes to leave behind.
 * @throws What reading the page throws, and Error when the page does not have the length it promised.
 */
export async function collectBody(page: StreamPage, before = 0, after = 0): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(before + bodyLength(page) + after);
  const start = isJsonContentType(page.contentType) ? before + 1 : before;
  let filled = 0;
  for await (const chunk of page.chunks()) {
    if (filled + chunk.length > page.byteLength) throw wrongLength(page);
    buffer.set(chunk, start + filled);
    filled += chunk.length;
  }
  if (filled !== page.byteLength) throw wrongLength(page);
  return bracketed(buffer, page, before, after);
}

/** Makes one body of what an append has added, with room around it, as {@link collectBody} makes one of a page. */
export function bodyOf({ contentType, bytes }: Appended, before = 0, after = 0): Uint8Array<ArrayBuffer> {
  const page = { contentType, byteLength: bytes.length };
  const buffer = new Uint8Array(before + bodyLength(page) + after);
  buffer.set(bytes, isJsonContentType(contentType) ? before + 1 : before);
  return bracketed(buffer, page, before, after);
}

/** Puts the brackets around the messages of a JSON stream. */
function bracketed(
  buffer: Uint8Array<ArrayBuffer>,
  { contentType }: Pick<StreamPage, "contentType">,
  before: number,
  after: number,
): Uint8Array<ArrayBuffer> {
  if (!isJsonContentType(contentType)) return buffer;
  buffer[before] = OPEN_BRACKET;
  // In place of the last message's comma, or right behind the opening bracket.
  buffer[buffer.length - after - 1] = CLOSE_BRACKET;
  return buffer;
}

/**
 * Reads a page of any size as the blocks of one body. Small chunks are put together; large ones pass through uncopied.
 * What was copied is let go of at once if the page allows it; what passed through is for the caller to let go of.
 *
 * @param page The page; its chunks are used up.
 * @throws What reading the page throws, and Error when the page does not have the length it promised: a body never
 * ends short in silence.
 */
export async function* bodyBlocks(page: StreamPage): AsyncGenerator<Block, void, undefined> {
  const json = isJsonContentType(page.contentType);
  const block = new BlockBuffer();
  if (json) block.push(OPEN_BRACKET);
  // The last comma is never copied, so that the store's bytes need not be changed.
  let left = json ? Math.max(0, page.byteLength - 1) : page.byteLength;
  let received = 0;
  for await (const chunk of page.chunks()) {
    received += chunk.length;
    if (received > page.byteLength) throw wrongLength(page);
    const bytes = chunk.subarray(0, Math.min(chunk.length, left));
    left -= bytes.length;
    if (bytes.length < BLOCK_BYTES || !isUnshared(bytes)) {
      yield* block.add(bytes);
      // Rows of a stream of small appends are all copied, and would pile up like the large ones.
      if (page.detachable && isUnshared(bytes)) bytes.buffer.transfer(0);
      continue;
    }
    yield* block.flush();
    yield { bytes, detachable: page.detachable === true };
  }
  if (received !== page.byteLength) throw wrongLength(page);
  if (json) block.push(CLOSE_BRACKET);
  yield* block.flush();
}

/** Gathers small pieces. Fuller than one byte short of a block it never stays, so one more byte always fits. */
class BlockBuffer {
  #bytes = new Uint8Array(0);
  #filled = 0;

  push(byte: number): void {
    this.#allocate();
    this.#bytes[this.#filled++] = byte;
  }

  *add(piece: Uint8Array): Generator<Block, void, undefined> {
    for (let taken = 0; taken < piece.length; ) {
      this.#allocate();
      const count = Math.min(piece.length - taken, BLOCK_BYTES - this.#filled);
      this.#bytes.set(piece.subarray(taken, taken + count), this.#filled);
      this.#filled += count;
      taken += count;
      if (this.#filled === BLOCK_BYTES) yield* this.flush();
    }
  }

  *flush(): Generator<Block, void, undefined> {
    if (this.#filled === 0) return;
    const bytes = this.#bytes.subarray(0, this.#filled);
    this.#bytes = new Uint8Array(0);
    this.#filled = 0;
    yield { bytes, detachable: true };
  }

  #allocate(): void {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(BLOCK_BYTES);
  }
}

const isUnshared = (bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> => bytes.buffer instanceof ArrayBuffer;

const wrongLength = (page: StreamPage): Error =>
  new Error(`The store promised ${page.byteLength} bytes of ${page.streamId} and gave another number`);
