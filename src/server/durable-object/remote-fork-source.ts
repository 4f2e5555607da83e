import { isStreamError, reviveStreamError, type StreamId, UnavailableError } from "../../shared/index.ts";
import type {
  AcquireRequest,
  ForkOrigin,
  ForkSource,
  LogPosition,
  RetainRequest,
  SegmentAccess,
} from "../storage/contract/index.ts";
import { segmentRequest } from "./segment-request.ts";

/** What an object answers to the objects that fork it. */
export interface ForkSourceRpc {
  acquireFork(request: AcquireRequest): Promise<ForkOrigin>;
  retainFork(request: RetainRequest): Promise<void>;
  releaseFork(source: string, forkId: StreamId): Promise<void>;
  floorBoundary(access: SegmentAccess, pos: number): Promise<LogPosition>;
  nextBoundary(access: SegmentAccess, pos: number): Promise<number>;
}

/** Another object, as it is called: its methods for the small things, its `fetch` for bytes. */
export interface ForkSourceStub extends ForkSourceRpc {
  fetch(request: Request): Promise<Response>;
}

/** Finds the streams that forks read in other objects: one for each path. */
export class RemoteForkSource implements ForkSource {
  readonly #stubOf: (path: string) => ForkSourceStub;

  /** @param stubOf the object of a path. A new stub for each call: one that failed once stays broken. */
  constructor(stubOf: (path: string) => ForkSourceStub) {
    this.#stubOf = stubOf;
  }

  acquireFork(request: AcquireRequest): Promise<ForkOrigin> {
    return revived(this.#stubOf(request.source).acquireFork(request));
  }

  retainFork(request: RetainRequest): Promise<void> {
    return revived(this.#stubOf(request.path).retainFork(request));
  }

  releaseFork(source: string, forkId: StreamId): Promise<void> {
    return revived(this.#stubOf(source).releaseFork(source, forkId));
  }

  floorBoundary(access: SegmentAccess, pos: number): Promise<LogPosition> {
    return revived(this.#stubOf(access.path).floorBoundary(access, pos));
  }

  nextBoundary(access: SegmentAccess, pos: number): Promise<number> {
    return revived(this.#stubOf(access.path).nextBoundary(access, pos));
  }

  async *readSegment(access: SegmentAccess, start: number, end: number): AsyncGenerator<Uint8Array> {
    const response = await this.#stubOf(access.path).fetch(segmentRequest({ access, start, end }));
    if (!response.ok || response.body === null) throw reviveStreamError(await response.json());
    let received = 0;
    for await (const chunk of response.body) {
      received += chunk.length;
      yield chunk;
    }
    // A runtime that ends a broken body cleanly must not make a page look whole.
    if (received !== end - start)
      throw new UnavailableError({}, { detail: `${access.path} broke off while it was read` });
  }
}

/** A call to another object keeps an error's facts and drops its class. */
async function revived<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw isStreamError(error) ? reviveStreamError(error) : error;
  }
}
