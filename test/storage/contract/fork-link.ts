import type {
  AcquireRequest,
  ForkOrigin,
  ForkSource,
  LogPosition,
  RetainRequest,
  SegmentAccess,
} from "../../../src/server/storage/index.ts";
import type { StreamId } from "../../../src/shared/index.ts";
import type { StoreUnderTest } from "./harness.ts";

type Step = () => Promise<void>;
const nothing: Step = () => Promise.resolve();

/**
 * The way from a fork to its sources, which leads back into the same store; what a network could do to a call is set
 * for each test.
 */
export class ForkLink implements ForkSource {
  beforeAcquire = nothing;
  afterAcquire = nothing;
  beforeRetain = nothing;
  afterRetain = nothing;
  beforeRelease = nothing;
  /** When set, a request to acquire breaks off at once, and still arrives when this resolves. */
  straggling: Promise<void> | undefined;
  /** How far the sources' clocks are behind, in ms. */
  lagMs = 0;
  #to: StoreUnderTest | undefined;

  /** Leads the link to a store. */
  connect(store: StoreUnderTest): void {
    this.#to = store;
  }

  async acquireFork(request: AcquireRequest): Promise<ForkOrigin> {
    await this.beforeAcquire();
    const seen = { ...request, deadline: request.deadline + this.lagMs };
    if (this.straggling !== undefined) {
      void this.straggling.then(() => this.#target.acquireFork(seen));
      await breakOff();
    }
    const origin = await this.#target.acquireFork(seen);
    await this.afterAcquire();
    return origin;
  }

  async retainFork(request: RetainRequest): Promise<void> {
    await this.beforeRetain();
    await this.#target.retainFork(request);
    await this.afterRetain();
  }

  async releaseFork(source: string, forkId: StreamId): Promise<void> {
    await this.beforeRelease();
    await this.#target.releaseFork(source, forkId);
  }

  floorBoundary(access: SegmentAccess, pos: number): Promise<LogPosition> {
    return this.#target.floorBoundary(access, pos);
  }

  nextBoundary(access: SegmentAccess, pos: number): Promise<number> {
    return this.#target.nextBoundary(access, pos);
  }

  readSegment(access: SegmentAccess, start: number, end: number): AsyncIterable<Uint8Array> {
    return this.#target.readSegment(access, start, end);
  }

  get #target(): ForkSource {
    if (this.#to === undefined) throw new Error("The link leads nowhere yet");
    return this.#to.forkSource;
  }
}

/** Fails like a connection that breaks: nobody knows what became of the call. */
export const breakOff: Step = () => Promise.reject(new Error("The connection broke"));
