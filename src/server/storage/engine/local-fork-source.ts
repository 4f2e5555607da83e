import type { Clock } from "../../../shared/index.ts";
import { isJsonContentType, StreamGoneError, type StreamId, StreamNotFoundError } from "../../../shared/index.ts";
import type {
  AcquireRequest,
  ForkOrigin,
  ForkSource,
  LogPosition,
  RetainRequest,
  SegmentAccess,
} from "../contract/index.ts";
import type { Backend } from "./backend.ts";
import { decideAcquire, decideRelease, decideRetain, requireForkable } from "./rules/fork.ts";
import { LocalReader } from "./segment-reader.ts";
import type { Snapshot, StreamState } from "./state.ts";
import { StreamLog } from "./stream-log.ts";

/** What {@link LocalForkSource} works with. */
export interface ForkSourceHost {
  readonly backend: Backend;
  readonly clock: Clock;
  /** Where the streams that a source itself inherits from are read. */
  sources(): ForkSource;
  /** The snapshot with what only memory knows. */
  fresh(path: string, snapshot: Snapshot): Snapshot;
  /** Called after a stream that was kept for forks was removed. */
  removed(path: string): Promise<void>;
}

/** Serves the forks of the streams in one backend. */
export class LocalForkSource implements ForkSource {
  readonly #host: ForkSourceHost;

  constructor(host: ForkSourceHost) {
    this.#host = host;
  }

  get detachable(): boolean {
    return this.#host.backend.detachable;
  }

  async acquireFork(request: AcquireRequest): Promise<ForkOrigin> {
    const { backend, clock } = this.#host;
    const { source, forkId } = request;
    const fresh = (snapshot: Snapshot): Snapshot => this.#host.fresh(source, snapshot);
    const { result: view } = await backend.transact(source, { forkId }, (snapshot) => ({
      result: { state: requireForkable(fresh(snapshot), request, clock.now()), forkEnd: snapshot.forkEnd },
    }));
    const { streamId } = view.state;
    const base = await this.#forkPoint(request, view.state, view.forkEnd).catch(async (error) => {
      if (!(error instanceof StreamGoneError)) throw error;
      // It was deleted meanwhile, and what is there now decides.
      const { result: now } = await backend.transact(source, { forkId }, (snapshot) => ({
        result: requireForkable(fresh(snapshot), request, clock.now()),
      }));
      throw now.streamId === streamId ? error : new StreamNotFoundError({ path: source });
    });
    const found = { streamId, base };
    const { result } = await backend.transact(source, { forkId }, (snapshot) =>
      decideAcquire(fresh(snapshot), request, found, clock.now()),
    );
    return result;
  }

  async retainFork(request: RetainRequest): Promise<void> {
    const { backend, clock } = this.#host;
    await backend.transact(request.path, { forkId: request.forkId }, (snapshot) =>
      decideRetain(snapshot, request, clock.now()),
    );
  }

  async releaseFork(source: string, forkId: StreamId): Promise<void> {
    const { backend, clock } = this.#host;
    const { result } = await backend.transact(source, { forkId }, (snapshot) =>
      decideRelease(snapshot, forkId, clock.now()),
    );
    if (result.removed) await this.#host.removed(source);
  }

  async floorBoundary(access: SegmentAccess, pos: number): Promise<LogPosition> {
    return (await this.#reader(access)).floorBoundary(pos);
  }

  async nextBoundary(access: SegmentAccess, pos: number): Promise<number> {
    return (await this.#reader(access)).nextBoundary(pos);
  }

  async *readSegment(access: SegmentAccess, start: number, end: number): AsyncGenerator<Uint8Array> {
    const reader = await this.#reader(access);
    yield* reader.chunks(Math.max(start, reader.start), Math.min(end, reader.end));
  }

  /** A repeated request keeps the point that the first one fixed, even if the tail has moved since. */
  async #forkPoint(request: AcquireRequest, state: StreamState, forkEnd: number | undefined): Promise<LogPosition> {
    const log = new StreamLog(request.source, state, this.#host.backend, this.#host.sources());
    if (forkEnd !== undefined) return log.at(forkEnd);
    const anchor = request.offset === undefined ? state.tail : await log.resolve(request.offset);
    return request.subOffset ? log.advance(anchor.pos, request.subOffset) : log.at(anchor.pos);
  }

  async #reader(access: SegmentAccess): Promise<LocalReader> {
    const { backend } = this.#host;
    const { result } = await backend.transact(access.path, { forkId: access.forkId }, ({ state, forkEnd }) => ({
      result: { state, forkEnd },
    }));
    const { state, forkEnd } = result;
    const granted = state?.streamId === access.streamId && forkEnd !== undefined && access.end <= forkEnd;
    if (!granted) throw new StreamGoneError({ detail: `${access.path} no longer serves this fork` });
    return new LocalReader(backend, access, isJsonContentType(state.contentType), access);
  }
}
