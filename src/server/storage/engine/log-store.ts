import {
  type Clock,
  formatJsonResponse,
  formatOffset,
  generateETag,
  isJsonContentType,
  isStreamError,
  mintStreamId,
  type Offset,
  StreamGoneError,
  type StreamId,
  StreamNotFoundError,
  systemClock,
} from "../../../shared/index.ts";
import type {
  Appended,
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
import { Accesses } from "./accesses.ts";
import { appendedBy } from "./appended.ts";
import type { Backend, Transacted } from "./backend.ts";
import { Body } from "./body.ts";
import { ChangePoll } from "./change-poll.ts";
import type { Decision } from "./commit.ts";
import { ForkCreation } from "./fork-creation.ts";
import { presenceOf, requireLive } from "./lifetime.ts";
import { LocalForkSource } from "./local-fork-source.ts";
import { Maintenance } from "./maintenance.ts";
import { collectMessages, concatenate } from "./messages.ts";
import { decideAppend } from "./rules/append.ts";
import { checkLifetime, decideCreate } from "./rules/create.ts";
import { decideDelete } from "./rules/remove.ts";
import type { Snapshot, SnapshotKeys, StreamState } from "./state.ts";
import type { Sharing, StoreOptions } from "./store-options.ts";
import { mint, StreamLog } from "./stream-log.ts";
import { Touches } from "./touches.ts";
import { Watchers } from "./watchers.ts";

export type { Sharing, StoreOptions } from "./store-options.ts";

const DEFAULT_MAX_PRODUCERS = 100_000;
const DEFAULT_PAGE_BYTES = 64 * 1024 * 1024;
const DEFAULT_GET_BYTES = 1024 * 1024;

interface OpenPage {
  readonly log: StreamLog;
  readonly start: number;
  readonly page: StreamPage;
}

/** The protocol over any backend: the one implementation of `StreamStore` that all stores share. */
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
  readonly #accesses: Accesses;
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
      fresh: (path, snapshot) => this.#accesses.freshSnapshot(path, snapshot),
      removed: (path) => this.#afterRemoval(path),
    });
    this.#sources = options.forkSource ?? this.forkSource;
    this.#accesses = new Accesses({
      clock: this.#clock,
      touches: this.#touches,
      isWatched: (path) => this.#watchers.count(path) > 0,
      peek: (path) => backend.peek(path),
      store: (path, now) => this.#storeTouch(path, now),
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
    const body = new Body(data, options.owned ?? false);
    const command = {
      path,
      body,
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
      // Where others write as well, what they wrote must be looked for, and is found by reading.
      const isKnown = result.appended && this.#poll === undefined && this.#watchers.count(path) > 0;
      this.#notify(path, isKnown && state && tail ? appendedBy(body, state, tail, result.closed) : undefined);
    } else if (state !== undefined) {
      await this.#accesses.touch(path, state);
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
    const messages = await this.#intact(path, state, () => collectMessages(page, start, log));
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
    return state !== undefined && presenceOf(this.#accesses.fresh(path, state), this.#clock.now()).kind === "live";
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

  watch(path: string, onChange: (appended?: Appended) => void): () => void {
    const unwatch = this.#watchers.add(path, onChange);
    this.#poll?.start(path);
    let watching = true;
    return () => {
      if (!watching) return;
      watching = false;
      if (this.#watchers.count(path) === 1) this.#accesses.leave(path);
      unwatch();
      if (this.#watchers.count(path) === 0) this.#poll?.stop(path);
    };
  }

  maintain(): Promise<number | undefined> {
    return this.#maintenance.run();
  }

  #page(path: string, state: StreamState, options: ReadOptions): Promise<OpenPage> {
    return this.#intact(path, state, () => this.#open(path, state, options));
  }

  async #open(path: string, state: StreamState, options: ReadOptions): Promise<OpenPage> {
    const failure = (error: unknown) => this.#failureOf(path, state, error);
    const log = new StreamLog(path, state, this.#backend, this.#sources, failure);
    const start = await log.resolve(options.offset);
    await this.#accesses.touch(path, state);
    const { tail, streamId, contentType } = state;
    const end = await log.pageEnd(start.pos, options.maxBytes ?? DEFAULT_PAGE_BYTES, options.wholeCodePoints);
    const final = state.closed && end.pos === tail.pos;
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

  /** Reads of a stream that was loaded before. @throws StreamNotFoundError when it went away meanwhile. */
  async #intact<T>(path: string, state: StreamState, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw await this.#failureOf(path, state, error);
    }
  }

  /** Bytes go away with their stream, and that is gone only while forks read it: otherwise there is none any more. */
  async #failureOf(path: string, { streamId }: StreamState, error: unknown): Promise<unknown> {
    if (!(error instanceof StreamGoneError)) return error;
    const presence = presenceOf(await this.#load(path), this.#clock.now());
    const isThere = presence.kind !== "absent" && presence.state.streamId === streamId;
    return isThere ? error : new StreamNotFoundError({ path });
  }

  async #live(path: string): Promise<StreamState> {
    return requireLive(path, await this.#load(path), this.#clock.now());
  }

  async #load(path: string): Promise<StreamState | undefined> {
    const state = await this.#backend.load(path);
    return state && this.#accesses.fresh(path, state);
  }

  async #transact<Result>(
    path: string,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Promise<Transacted<Result>> {
    try {
      return await this.#backend.transact(path, keys, (snapshot) =>
        decide(this.#accesses.freshSnapshot(path, snapshot)),
      );
    } catch (error) {
      // Only a refusal says that nothing has changed; a repeated append would be a duplicate, which wakes nobody.
      if (!isStreamError(error)) this.#notify(path);
      throw error;
    }
  }

  async #storeTouch(path: string, now: number): Promise<StreamId> {
    const { result } = await this.#transact(path, {}, (snapshot) => {
      const state = requireLive(path, snapshot.state, now);
      return { result: state.streamId, commit: { touchedAt: now } };
    });
    return result;
  }

  #notify(path: string, appended?: Appended): void {
    this.#poll?.told(path);
    this.#watchers.notify(path, appended);
  }

  async #afterRemoval(path: string): Promise<void> {
    this.#touches.forget(path);
    this.#notify(path);
    await this.#maintenance.runReleases();
  }
}
