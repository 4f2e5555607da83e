import { DurableObject } from "cloudflare:workers";
import type { StreamId } from "../../shared/index.ts";
import { createRequestCore, type RequestCore } from "../http/core.ts";
import type { RequestCoreOptions } from "../http/options.ts";
import type {
  AcquireRequest,
  ForkOrigin,
  ForkSource,
  LogPosition,
  RetainRequest,
  SegmentAccess,
  StreamStore,
} from "../storage/contract/index.ts";
import { SqliteStore } from "../storage/sqlite/index.ts";
import { forwardedTarget } from "./forwarded.ts";
import { ownNamespace } from "./namespace.ts";
import { type RemoteAnswer, remoteAnswer } from "./remote-answer.ts";
import { type ForkSourceRpc, type ForkSourceStub, RemoteForkSource } from "./remote-fork-source.ts";
import { parseSegmentRequest } from "./segment-request.ts";
import { segmentResponse } from "./segment-response.ts";
import { isSwept, sweepStorage } from "./storage-sweep.ts";

/** The platform refuses alarms in a farther future (and at or before the epoch), and streams may live longer: a year. */
const FARTHEST_ALARM_MS = 366 * 24 * 3_600_000;

/** A store that a {@link StreamObject} can run on: any of this package's. */
export interface ObjectStore extends StreamStore {
  /** Serves forks of the object's stream to other objects. */
  readonly forkSource: ForkSource;
}

/** What a {@link StreamObject} gives to the store it creates; every store of this package takes it as options. */
export interface ObjectStoreContext {
  /** Finds the streams that forks inherit from: each in its own object. */
  readonly forkSource: ForkSource;
  /** Sets the object's alarm for planned work. */
  readonly onPlanned: (nextDue: number) => void;
}

/**
 * One stream, in one Durable Object: the object named by the stream's path. Reached through `createStreamWorker`, which
 * authorizes; the object itself trusts whoever holds its binding.
 *
 * Subclass it to change anything: another store ({@link StreamObject.createStore}), limits and durations
 * ({@link StreamObject.handlerOptions}). An object has one alarm: a subclass that needs it too says when
 * ({@link StreamObject.ownAlarm}), and its `alarm` calls `super.alarm()`. Tables of this package are named `dcs_…`.
 *
 * @typeParam Env The Worker's environment.
 *
 * @example
 * ```ts
 * export class ChatStream extends StreamObject<Env> {
 *   override handlerOptions() {
 *     return { maxBodyBytes: 64 * 1024 };
 *   }
 * }
 * ```
 */
export class StreamObject<Env = unknown> extends DurableObject<Env> implements ForkSourceRpc {
  #store: ObjectStore | undefined;
  #core: RequestCore | undefined;
  #path: string | undefined;

  /**
   * Creates the store of the object's stream. Called once in an object's life, on first use.
   *
   * @param context What the store needs to know of the object; pass it on.
   * @returns A `SqliteStore` on the object's storage.
   */
  createStore(context: ObjectStoreContext): ObjectStore {
    return new SqliteStore(this.ctx.storage, context);
  }

  /**
   * Limits, durations and hooks of the object's HTTP side. Called once in an object's life, on first use.
   *
   * @returns No option: the defaults.
   */
  handlerOptions(): RequestCoreOptions {
    return {};
  }

  /**
   * Answers a request that a `createStreamWorker` has authorized and forwarded.
   *
   * @throws Error when the object has no name: it must be reached with `getByName(path)`.
   */
  override async fetch(request: Request): Promise<Response> {
    const range = parseSegmentRequest(request);
    if (range !== undefined) return segmentResponse(this.store.forkSource, range, request.signal);
    this.#core ??= createRequestCore(this.store, this.handlerOptions());
    const response = await this.#core.handle(request, forwardedTarget(request, this.path));
    if (mayLeaveNothing(request, response)) await this.#sweep();
    return response;
  }

  /** Does the work that is due: expiry, unfinished forks, freeing space. Sets itself again for what is planned. */
  override async alarm(): Promise<void> {
    await this.#setAlarm(await this.store.maintain());
    await this.#sweep();
  }

  /** Registers a fork of this stream. Called by the fork's object. */
  acquireFork(request: AcquireRequest): Promise<RemoteAnswer<ForkOrigin>> {
    return remoteAnswer(this.store.forkSource.acquireFork(request));
  }

  /** Registers a fork that reads this stream's bytes through another one. Called by the fork's object. */
  retainFork(request: RetainRequest): Promise<RemoteAnswer<void>> {
    return remoteAnswer(this.store.forkSource.retainFork(request));
  }

  /** Forgets a fork. Called by the fork's object. */
  async releaseFork(source: string, forkId: StreamId): Promise<RemoteAnswer<void>> {
    const answer = await remoteAnswer(this.store.forkSource.releaseFork(source, forkId));
    await this.#sweep();
    return answer;
  }

  /** Finds a message boundary for a fork. Called by the fork's object. */
  floorBoundary(access: SegmentAccess, pos: number): Promise<RemoteAnswer<LogPosition>> {
    return remoteAnswer(this.store.forkSource.floorBoundary(access, pos));
  }

  /** Finds a message boundary for a fork. Called by the fork's object. */
  nextBoundary(access: SegmentAccess, pos: number): Promise<RemoteAnswer<number>> {
    return remoteAnswer(this.store.forkSource.nextBoundary(access, pos));
  }

  /** The object's store. */
  protected get store(): ObjectStore {
    this.#store ??= this.createStore({
      forkSource: new RemoteForkSource((path) => this.#objectOf(path)),
      onPlanned: (nextDue) => void this.#setAlarm(nextDue),
    });
    return this.#store;
  }

  /**
   * When a subclass wants the alarm for work of its own, in ms since the epoch. Asked whenever the alarm is set, which
   * is then set to what comes first; an alarm may therefore come before anything of the subclass's is due. While there
   * is a time, the object's storage is not deleted with its stream.
   *
   * @returns `undefined`: never.
   *
   * @example
   * ```ts
   * export class Room extends StreamObject<Env> {
   *   override ownAlarm() {
   *     return this.ctx.storage.kv.get<number>("reportAt");
   *   }
   *   override async alarm() {
   *     if ((this.ownAlarm() ?? Infinity) <= Date.now()) {
   *       this.ctx.storage.kv.delete("reportAt");
   *       await this.report();
   *     }
   *     await super.alarm();
   *   }
   * }
   * ```
   */
  protected ownAlarm(): number | undefined {
    return undefined;
  }

  /** The path of the object's stream, which is its name. */
  protected get path(): string {
    // The runtime makes its name anew each time it is asked for.
    this.#path ??= this.ctx.id.name;
    if (this.#path !== undefined) return this.#path;
    throw new Error("A StreamObject is named after its stream: reach it with getByName(path)");
  }

  /**
   * The namespace in which the objects of other streams are found.
   *
   * @returns The binding of this very class, found among all of `env`. Override it if there is none.
   * @throws Error when no binding of `env` leads to this class.
   */
  protected namespace(): DurableObjectNamespace<StreamObject> {
    const env: unknown = this.env;
    const found = typeof env === "object" && env !== null ? ownNamespace<StreamObject>(this.ctx, env) : undefined;
    if (found === undefined) throw new Error("No binding of this Worker leads to the object's own class");
    return found;
  }

  #objectOf(path: string): ForkSourceStub {
    return this.namespace().getByName(path);
  }

  /** Sets the alarm for what is due first. One that comes early does no harm: whoever is not due yet sets it again. */
  async #setAlarm(nextDue: number | undefined): Promise<void> {
    const at = Math.min(nextDue ?? Number.POSITIVE_INFINITY, this.ownAlarm() ?? Number.POSITIVE_INFINITY);
    if (at === Number.POSITIVE_INFINITY) return;
    const now = Date.now();
    await this.ctx.storage.setAlarm(Math.min(Math.max(at, now), now + FARTHEST_ALARM_MS));
  }

  async #sweep(): Promise<void> {
    if (!isSwept(this.store) || this.ownAlarm() !== undefined) return;
    await sweepStorage(this.ctx.storage, this.store);
  }
}

/** A deletion frees the stream; a refused fork had stored its intent. */
function mayLeaveNothing({ method }: Request, response: Response): boolean {
  return method === "DELETE" || (method === "PUT" && !response.ok);
}
