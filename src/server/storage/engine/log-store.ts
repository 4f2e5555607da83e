import {
  type Clock,
  formatJsonResponse,
  formatOffset,
  generateETag,
  isJsonContentType,
  isSSETextCompatibleContentType,
  mintStreamId,
  type Offset,
  StreamNotFoundError,
  systemClock,
} from "../../../shared/index.ts";
import type {
  AppendOptions,
  AppendResult,
  ForkSource,
  GetOptions,
  GetResult,
  HeadResult,
  PutOptions,
  PutResult,
  ReadOptions,
  StreamMessage,
  StreamPage,
  StreamStore,
  WaitOptions,
  WaitResult,
} from "../contract/index.ts";
import { waitForPage } from "../contract/index.ts";
import type { Backend, Transacted } from "./backend.ts";
import { Body } from "./body.ts";
import { ChangePoll } from "./change-poll.ts";
import type { Decision } from "./commit.ts";
import { ForkCreation } from "./fork-creation.ts";
import { KeepAlive } from "./keep-alive.ts";
import { isExpired, presenceOf, requireLive } from "./lifetime.ts";
import { LocalForkSource } from "./local-fork-source.ts";
import { Maintenance } from "./maintenance.ts";
import { collectMessages, concatenate } from "./messages.ts";
import { decideAppend } from "./rules/append.ts";
import { checkLifetime, decideCreate } from "./rules/create.ts";
import { decideDelete } from "./rules/remove.ts";
import type { Snapshot, SnapshotKeys, StreamState } from "./state.ts";
import { mint, StreamLog } from "./stream-log.ts";
import { Touches } from "./touches.ts";
import { Watchers } from "./watchers.ts";

/** Options that every store takes. */
export interface StoreOptions {
  /** Source of time. Defaults to the platform's. */
  readonly clock?: Clock | undefined;
  /** Most idempotent producers a stream remembers; one more is refused with 429. Default 100,000. */
  readonly maxProducers?: number | undefined;
  /** Where forks find the streams they inherit from. Defaults to the store itself. */
  readonly forkSource?: ForkSource | undefined;
  /**
   * Told when the next planned work is due (ms since the epoch) whenever work was planned, within the same transaction
   * where the store has one: set the object's alarm to it, and call `maintain()` from the alarm. Without it, call
   * `maintain()` by other means, now and then.
   */
  readonly onPlanned?: ((nextDue: number) => void) | undefined;
}

/** How a store gets on with other instances that serve the same streams. */
export interface Sharing {
  /** Longest time after which a watched path is looked at for changes by others, in ms. */
  readonly maxPollMs: number;
  /** Accesses that this isolate has not stored, for instances that live as long as one request. */
  readonly touches: Touches;
}

const DEFAULT_MAX_PRODUCERS = 100_000;
const DEFAULT_PAGE_BYTES = 64 * 1024 * 1024;
const DEFAULT_GET_BYTES = 1024 * 1024;

/** JSON pages end on message boundaries, which are code-point boundaries; other bytes have no code points. */
const isPlainText = (contentType: string): boolean =>
  isSSETextCompatibleContentType(contentType) && !isJsonContentType(contentType);

interface OpenPage {
  readonly log: StreamLog;
  readonly start: number;
  readonly page: StreamPage;
}

/** The protocol over any {@link Backend}: the one implementation of `StreamStore` that all stores share. */
export class LogStore implements StreamStore {
  /** Serves forks of this store's streams to other stores (behind a `StreamObject`: to other objects). */
  readonly forkSource: ForkSource;
  /** See {@link StreamStore.forRequest}. */
  readonly forRequest: (() => StreamStore) | undefined;
  readonly #backend: Backend;
  readonly #clock: Clock;
  readonly #maxProducers: number;
  readonly #sources: ForkSource;
  readonly #watchers = new Watchers();
  readonly #touches: Touches;
  readonly #poll: ChangePoll | undefined;
  readonly #keepAlive: KeepAlive;
  readonly #maintenance: Maintenance;
  readonly #forks: ForkCreation;

  /** @param sharing Given when other instances write to the same streams. */
  constructor(backend: Backend, options: StoreOptions = {}, sharing?: Sharing) {
    this.#backend = backend;
    this.forRequest = sharing && (() => new LogStore(backend, options, sharing));
    this.#touches = sharing?.touches ?? new Touches();
    this.#clock = options.clock ?? systemClock;
    this.#maxProducers = options.maxProducers ?? DEFAULT_MAX_PRODUCERS;
    this.forkSource = new LocalForkSource({
      backend,
      clock: this.#clock,
      sources: () => this.#sources,
      fresh: (path, snapshot) => this.#fresh(path, snapshot),
      removed: (path) => this.#afterRemoval(path),
    });
    this.#sources = options.forkSource ?? this.forkSource;
    this.#keepAlive = new KeepAlive({
      clock: this.#clock,
      isWatched: (path) => this.#watchers.count(path) > 0,
      touch: (path) => this.#storeTouch(path),
    });
    this.#poll =
      sharing &&
      new ChangePoll({
        clock: this.#clock,
        maxMs: sharing.maxPollMs,
        load: (path) => backend.load(path),
        peek: (path) => backend.peek(path),
        changed: (path) => this.#notify(path),
      });
    const host = {
      backend,
      clock: this.#clock,
      sources: this.#sources,
      transact: <Result>(path: string, keys: SnapshotKeys, decide: (snapshot: Snapshot) => Decision<Result>) =>
        this.#transact(path, keys, decide),
      changed: (path: string) => this.#notify(path),
      forget: (path: string) => this.#touches.forget(path),
    };
    this.#maintenance = new Maintenance(host);
    this.#forks = new ForkCreation(host, this.#maintenance);
  }

  async put(path: string, options: PutOptions = {}): Promise<PutResult> {
    checkLifetime(options);
    const now = this.#clock.now();
    const body = new Body(options.data ?? new Uint8Array(0), options.owned ?? false);
    const command = { path, options, body, streamId: mintStreamId(), now };
    const { result, tail } =
      options.forkedFrom === undefined
        ? await this.#transact(path, {}, (snapshot) => decideCreate(snapshot, command))
        : await this.#forks.put({ ...command, source: options.forkedFrom });
    if (result.created) this.#touches.stored(path, result.streamId, now);
    if (result.created) this.#notify(path);
    return { ...result, nextOffset: mint(tail ?? { pos: 0, seq: 0 }) };
  }

  async append(path: string, data: Uint8Array, options: AppendOptions = {}): Promise<AppendResult> {
    const now = this.#clock.now();
    const command = {
      path,
      body: new Body(data, options.owned ?? false),
      contentType: options.contentType,
      seq: options.seq,
      producer: options.producer,
      close: options.close ?? false,
      maxProducers: this.#maxProducers,
      now,
    };
    let state: StreamState | undefined;
    const { result, tail } = await this.#transact(path, { producerId: options.producer?.id }, (snapshot) => {
      state = snapshot.state;
      return decideAppend(snapshot, command);
    });
    const changed = result.appended || (result.closed && !state?.closed);
    if (changed) {
      if (state?.ttlSeconds !== undefined) this.#touches.stored(path, result.streamId, now);
      this.#notify(path);
    } else if (state !== undefined) {
      await this.#touch(path, state);
    }
    return { ...result, nextOffset: mint(tail ?? { pos: 0, seq: 0 }) };
  }

  async get(path: string, options: GetOptions = {}): Promise<GetResult> {
    const state = await this.#live(path);
    const { log, start, page } = await this.#page(path, state, {
      offset: options.offset,
      maxBytes: options.maxBytes ?? DEFAULT_GET_BYTES,
    });
    const { streamId, nextOffset, upToDate, etag, contentType, closed } = page;
    const messages = await collectMessages(page, start, log);
    return { streamId, messages, nextOffset, upToDate, etag, contentType, closed };
  }

  async head(path: string): Promise<HeadResult> {
    const state = requireLive(path, await this.#load(path), this.#clock.now());
    const { streamId, contentType, closed, ttlSeconds, expiresAt, createdAt } = state;
    const nextOffset = mint(state.tail);
    const etag = generateETag(streamId, formatOffset(0, 0), nextOffset, closed);
    return { streamId, contentType, nextOffset, etag, closed, ttlSeconds, expiresAt, createdAt };
  }

  async delete(path: string): Promise<void> {
    const { result } = await this.#transact(path, {}, (snapshot) => decideDelete(snapshot, path, this.#clock.now()));
    if (result.removed) await this.#afterRemoval(path);
    else this.#notify(path);
  }

  has(path: string): boolean {
    const state = this.#backend.peek(path);
    return state !== undefined && presenceOf(this.#freshState(path, state), this.#clock.now()).kind === "live";
  }

  async waitForData(path: string, offset: Offset, timeoutMs: number, options: WaitOptions = {}): Promise<WaitResult> {
    const page = await waitForPage(this, path, { offset }, { timeoutMs, signal: options.signal, clock: this.#clock });
    const { messages, nextOffset, closed } = await this.get(path, { offset: page.startOffset });
    return { messages, nextOffset, closed, timedOut: messages.length === 0 && !closed };
  }

  formatResponse(path: string, messages: readonly StreamMessage[]): Uint8Array {
    const contentType = this.#backend.peek(path)?.contentType;
    if (contentType === undefined) throw new StreamNotFoundError({ path });
    if (!isJsonContentType(contentType)) return concatenate(messages.map(({ data }) => data));
    const comma = Uint8Array.of(0x2c);
    return formatJsonResponse(concatenate(messages.flatMap(({ data }) => [data, comma])));
  }

  async read(path: string, options: ReadOptions = {}): Promise<StreamPage> {
    const state = await this.#live(path);
    if (options.streamId !== undefined && options.streamId !== state.streamId) throw new StreamNotFoundError({ path });
    const { page } = await this.#page(path, state, options);
    return page;
  }

  watch(path: string, onChange: () => void): () => void {
    const unwatch = this.#watchers.add(path, onChange);
    this.#poll?.start(path);
    let watching = true;
    return () => {
      if (!watching) return;
      watching = false;
      if (this.#keepAlive.isKept(path) && this.#watchers.count(path) === 1) {
        this.#touchLast(path);
        this.#keepAlive.stop(path);
      }
      unwatch();
      if (this.#watchers.count(path) === 0) this.#poll?.stop(path);
    };
  }

  maintain(): Promise<number | undefined> {
    return this.#maintenance.run();
  }

  async #page(path: string, state: StreamState, options: ReadOptions): Promise<OpenPage> {
    const log = new StreamLog(path, state, this.#backend, this.#sources);
    const start = await log.resolve(options.offset);
    await this.#touch(path, state);
    const { tail, streamId, contentType } = state;
    let end = await log.pageEnd(start.pos, options.maxBytes ?? DEFAULT_PAGE_BYTES);
    const final = state.closed && end.pos === tail.pos;
    if (options.wholeCodePoints && !final && isPlainText(contentType)) end = await log.wholeCodePoints(start.pos, end);
    const startOffset = mint(start);
    const nextOffset = mint(end);
    const page: StreamPage = {
      streamId,
      contentType,
      startOffset,
      nextOffset,
      upToDate: end.pos === tail.pos,
      closed: final,
      etag: generateETag(streamId, startOffset, nextOffset, final),
      byteLength: end.pos - start.pos,
      detachable: this.#backend.detachable && (state.fork === undefined || this.#sources.detachable === true),
      chunks: () => log.chunks(start.pos, end.pos),
    };
    return { log, start: start.pos, page };
  }

  async #live(path: string): Promise<StreamState> {
    return requireLive(path, await this.#load(path), this.#clock.now());
  }

  async #load(path: string): Promise<StreamState | undefined> {
    const state = await this.#backend.load(path);
    return state && this.#freshState(path, state);
  }

  async #transact<Result>(
    path: string,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Promise<Transacted<Result>> {
    return this.#backend.transact(path, keys, (snapshot) => decide(this.#fresh(path, snapshot)));
  }

  #fresh(path: string, snapshot: Snapshot): Snapshot {
    const { state } = snapshot;
    if (state?.ttlSeconds === undefined) return snapshot;
    return { ...snapshot, state: this.#freshState(path, state) };
  }

  /** The state with what only memory knows: unstored accesses, and readers that are attached right now. */
  #freshState(path: string, state: StreamState): StreamState {
    if (state.ttlSeconds === undefined) return state;
    const fresh = this.#touches.fresh(path, state);
    const now = this.#clock.now();
    // A reader keeps a stream alive, but coming too late it does not bring one back.
    if (this.#watchers.count(path) === 0 || isExpired(fresh, now)) return fresh;
    this.#touches.note(path, state, now);
    return this.#touches.fresh(path, state);
  }

  async #touch(path: string, state: StreamState): Promise<void> {
    if (state.ttlSeconds === undefined) return;
    const now = this.#clock.now();
    this.#keepAlive.ensure(path, state.ttlSeconds);
    this.#touches.note(path, state, now);
    if (!this.#touches.claim(path, state, now)) return;
    try {
      await this.#storeTouch(path);
    } catch (error) {
      this.#touches.forget(path);
      throw error;
    }
  }

  /** The last moment that somebody watched counts as an access: noted while the watch still stands. */
  #touchLast(path: string): void {
    const state = this.#backend.peek(path);
    // A stream that is gone has no lifetime to extend; a failing backend leaves the stream what it last stored.
    if (state !== undefined) this.#touch(path, this.#freshState(path, state)).catch(() => {});
  }

  async #storeTouch(path: string): Promise<void> {
    const now = this.#clock.now();
    const { result } = await this.#transact(path, {}, (snapshot) => {
      const state = requireLive(path, snapshot.state, now);
      return { result: state.streamId, commit: { touchedAt: now } };
    });
    this.#touches.stored(path, result, now);
  }

  #notify(path: string): void {
    this.#poll?.told(path);
    this.#watchers.notify(path);
  }

  async #afterRemoval(path: string): Promise<void> {
    this.#touches.forget(path);
    this.#notify(path);
    await this.#maintenance.runReleases();
  }
}
