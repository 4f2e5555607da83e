import { isStreamError } from "../../shared/index.ts";
import type { StreamPage } from "../storage/contract/index.ts";
import { type Block, bodyBlocks, bodyLength, collectBody } from "./page-blocks.ts";

/** Pages up to this many bytes are sent as one buffer: streaming them costs more than it saves. */
const SMALL_PAGE_BYTES = 64 * 1024;

/** A body and its length, which is known before its first byte is read. */
export interface PageBody {
  /** What to give to `Response`. */
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  /** Length in bytes. */
  readonly length: number;
}

/** What a runtime with `FixedLengthStream` (workerd) has: a pipe that fails unless exactly `length` bytes go through. */
type FixedLengthPipe = new (
  length: number,
) => { readonly readable: ReadableStream<Uint8Array>; readonly writable: WritableStream<Uint8Array> };

/**
 * Turns a page into a response body, pulled from the store at the pace of the client, a block at a time.
 *
 * When the page cannot be read to its end the body fails; it never ends short as if it were whole. When the client
 * leaves (its signal fires, or the body is cancelled) reading stops.
 *
 * @param page The page; its chunks are used up.
 * @param signal The request's signal.
 * @param onError Told of unexpected failures on the way.
 * @throws What reading a small page throws; a large one fails later, in the body.
 */
export async function pageBody(
  page: StreamPage,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<PageBody> {
  const length = bodyLength(page);
  if (length <= SMALL_PAGE_BYTES) return { body: await collectBody(page), length };
  const Pipe: unknown = Reflect.get(globalThis, "FixedLengthStream");
  const blocks = bodyBlocks(page);
  const report = (error: unknown): void => {
    if (!isStreamError(error) && !signal.aborted) onError(error);
  };
  return {
    body: isPipe(Pipe) ? pumped(new Pipe(length), blocks, signal, report) : pulled(blocks, signal, report),
    length,
  };
}

const isPipe = (value: unknown): value is FixedLengthPipe => typeof value === "function";

/** Only a `FixedLengthStream` keeps `Content-Length` on workerd, and only its failure reaches clients of every version. */
function pumped(
  pipe: InstanceType<FixedLengthPipe>,
  blocks: AsyncGenerator<Block, void, undefined>,
  signal: AbortSignal,
  report: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const writer = pipe.writable.getWriter();
  const leave = (): void => {
    writer.abort(signal.reason).catch(() => {});
  };
  const send = async (block: Block): Promise<boolean> => {
    try {
      await writer.write(block.bytes);
    } catch {
      return false; // The client left: nothing is wrong with the stream.
    }
    // Sent blocks would pile up until the collector runs, and an object has little memory to let them.
    if (block.detachable) block.bytes.buffer.transfer(0);
    return true;
  };
  const pump = async (): Promise<void> => {
    try {
      for await (const block of blocks) {
        if (signal.aborted || !(await send(block))) return;
      }
      await writer.close().catch(() => {});
    } catch (error) {
      report(error);
      // Without it the client would wait for the rest for ever.
      await writer.abort(error).catch(() => {});
    } finally {
      signal.removeEventListener("abort", leave);
    }
  };
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  void pump();
  return pipe.readable;
}

/** A stream that reads a block when it is asked for one, and holds none. */
function pulled(
  blocks: AsyncGenerator<Block, void, undefined>,
  signal: AbortSignal,
  report: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          signal.throwIfAborted();
          const next = await blocks.next();
          if (next.done) controller.close();
          else controller.enqueue(next.value.bytes);
        } catch (error) {
          report(error);
          controller.error(error);
          await blocks.return();
        }
      },
      async cancel() {
        await blocks.return();
      },
    },
    { highWaterMark: 0 },
  );
}
