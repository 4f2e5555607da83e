import { type StreamId, UnavailableError } from "../../shared/index.ts";
import type {
  AcquireRequest,
  ForkOrigin,
  ForkSource,
  LogPosition,
  RetainRequest,
  SegmentAccess,
} from "../storage/contract/index.ts";
import { fromObject } from "./passing-failure.ts";
import { answeredValue, type RemoteAnswer, revivedRefusal } from "./remote-answer.ts";
import { segmentRequest } from "./segment-request.ts";

/** Read at a time, in bytes: what the pump behind it sends uncopied. */
const BLOCK_BYTES = 256 * 1024;

/** What an object answers to the objects that fork it. */
export interface ForkSourceRpc {
  acquireFork(request: AcquireRequest): Promise<RemoteAnswer<ForkOrigin>>;
  retainFork(request: RetainRequest): Promise<RemoteAnswer<void>>;
  releaseFork(source: string, forkId: StreamId): Promise<RemoteAnswer<void>>;
  floorBoundary(access: SegmentAccess, pos: number): Promise<RemoteAnswer<LogPosition>>;
  nextBoundary(access: SegmentAccess, pos: number): Promise<RemoteAnswer<number>>;
}

/** Another object, as it is called: its methods for the small things, its `fetch` for bytes. */
export interface ForkSourceStub extends ForkSourceRpc {
  fetch(request: Request): Promise<Response>;
}

/** Finds the streams that forks read in other objects: one for each path. */
export class RemoteForkSource implements ForkSource {
  /** What comes out of a response belongs to whoever reads it. */
  readonly detachable = true;
  readonly #stubOf: (path: string) => ForkSourceStub;

  /** @param stubOf the object of a path. A new stub for each call: one that failed once stays broken. */
  constructor(stubOf: (path: string) => ForkSourceStub) {
    this.#stubOf = stubOf;
  }

  acquireFork(request: AcquireRequest): Promise<ForkOrigin> {
    return answeredValue(this.#stubOf(request.source).acquireFork(request));
  }

  retainFork(request: RetainRequest): Promise<void> {
    return answeredValue(this.#stubOf(request.path).retainFork(request));
  }

  releaseFork(source: string, forkId: StreamId): Promise<void> {
    return answeredValue(this.#stubOf(source).releaseFork(source, forkId));
  }

  floorBoundary(access: SegmentAccess, pos: number): Promise<LogPosition> {
    return answeredValue(this.#stubOf(access.path).floorBoundary(access, pos));
  }

  nextBoundary(access: SegmentAccess, pos: number): Promise<number> {
    return answeredValue(this.#stubOf(access.path).nextBoundary(access, pos));
  }

  async *readSegment(access: SegmentAccess, start: number, end: number): AsyncGenerator<Uint8Array> {
    const response = await fromObject(this.#stubOf(access.path).fetch(segmentRequest({ access, start, end })));
    if (!response.ok || response.body === null) throw revivedRefusal(await response.json());
    let received = 0;
    for await (const block of blocksOf(response.body, end - start)) {
      received += block.length;
      yield block;
    }
    // A runtime that ends a broken body cleanly must not make a page look whole.
    if (received !== end - start)
      throw new UnavailableError({}, { detail: `${access.path} broke off while it was read` });
  }
}

/** Reads a body in large blocks: left to itself it comes in pieces of a few kilobytes, each with a price in time and memory. */
async function* blocksOf(body: ReadableStream<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  const reader = body.getReader({ mode: "byob" });
  try {
    for (let left = length; left > 0; ) {
      const size = Math.min(left, BLOCK_BYTES);
      const { value } = await fromObject(reader.readAtLeast(size, new Uint8Array(size)));
      if (value === undefined || value.length === 0) return;
      left -= value.length;
      yield value;
    }
  } finally {
    // Of a body that failed, or is read, nothing is left to cancel.
    await reader.cancel().catch(() => {});
  }
}
