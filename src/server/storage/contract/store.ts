import type { Offset } from "../../../shared/index.ts";
import type { AppendOptions, GetOptions, PutOptions, ReadOptions, WaitOptions } from "./options.ts";
import type {
  Appended,
  AppendResult,
  GetResult,
  HeadResult,
  PutResult,
  StreamMessage,
  StreamPage,
  WaitResult,
} from "./results.ts";

/**
 * Where streams live. Every protocol rule is inside: whoever calls a store over HTTP, by RPC or directly gets the
 * same answers, and the same tagged errors (`StreamError`), from every backend.
 *
 * @example
 * ```ts
 * const store: StreamStore = new MemoryStore();
 * await store.put("greetings", { contentType: "application/json" });
 * await store.append("greetings", new TextEncoder().encode('{"hello":"world"}'), { contentType: "application/json" });
 * const { messages } = await store.get("greetings");
 * ```
 */
export interface StreamStore {
  /**
   * Creates a stream, or confirms one that exists with the same configuration (PROTOCOL.md §5.1), or forks one (§4.2).
   *
   * @throws StreamConflictError when the path holds a stream of another configuration or a deleted one that forks
   * still read; StreamNotFoundError when the source of a fork does not exist; ContentTypeMismatchError when a fork
   * asks for another type than its source's; InvalidOffsetError when a fork offset is not in the source;
   * InvalidRequestError when TTL and expiry are both given or the sub-offset overshoots; InvalidJsonError.
   */
  put(path: string, options?: PutOptions): Promise<PutResult>;

  /**
   * Appends `data`, closes, or both, in one commit (PROTOCOL.md §5.2, §5.3).
   *
   * @throws in this order StreamNotFoundError or StreamGoneError, ProducerFencedError, StreamClosedError,
   * ContentTypeMismatchError, InvalidJsonError or InvalidRequestError for the body, InvalidProducerError or
   * ProducerSequenceConflictError, SequenceConflictError, RateLimitedError for a producer beyond the limit.
   */
  append(path: string, data: Uint8Array, options?: AppendOptions): Promise<AppendResult>;

  /**
   * Reads messages into memory, bounded by `maxBytes`. Use {@link StreamStore.read} for ranges of any size.
   *
   * @throws StreamNotFoundError, StreamGoneError, or InvalidOffsetError for an offset that is not in the stream.
   */
  get(path: string, options?: GetOptions): Promise<GetResult>;

  /**
   * Describes a stream. Does not count as an access.
   *
   * @throws StreamNotFoundError or StreamGoneError.
   */
  head(path: string): Promise<HeadResult>;

  /**
   * Deletes a stream. One that forks still read keeps its bytes for them and answers `StreamGoneError` from then on.
   *
   * @throws StreamNotFoundError or StreamGoneError.
   */
  delete(path: string): Promise<void>;

  /** Whether a stream can be read at `path`, without I/O. Each store's doc says how exact its answer is. */
  has(path: string): boolean;

  /**
   * Waits until something follows `offset`, the stream is closed, or `timeoutMs` (0 to 2^31-1 ms) have passed.
   *
   * @throws StreamNotFoundError or StreamGoneError, also when the stream is deleted during the wait; InvalidOffsetError.
   */
  waitForData(path: string, offset: Offset, timeoutMs: number, options?: WaitOptions): Promise<WaitResult>;

  /** Joins messages into one body as a catch-up read would return it: a JSON array for JSON streams, else the bytes. */
  formatResponse(path: string, messages: readonly StreamMessage[]): Uint8Array;

  /**
   * Fixes a range of the stream and hands it out for pulling. Counts as an access (but not when `streamId` refuses it).
   *
   * @throws StreamNotFoundError, StreamGoneError, or InvalidOffsetError for an offset that is not in the stream.
   */
  read(path: string, options?: ReadOptions): Promise<StreamPage>;

  /**
   * Calls `onChange` after every append, close, deletion or expiry of whatever stream is at `path`, and counts as an
   * attached live reader: while one watches, a sliding lifetime does not run out. Stores that other isolates write to
   * look for changes at least about once a second while somebody watches.
   *
   * @param onChange may get what an append has added, which saves whoever stands at its start a read: only where the
   * store has it at hand, and only whole characters. Without it, or for whoever stands elsewhere, reading tells. It must
   * not wait, and is called before the append is acknowledged. A store that changes what another one's `read` gives has
   * to call `onChange` without it.
   * @returns a function that ends the watch; calling it again does nothing.
   */
  watch(path: string, onChange: (appended?: Appended) => void): () => void;

  /**
   * Does the work that is due: expiry, unfinished forks, freeing space. Call it from an alarm or a cron trigger.
   *
   * @returns when it wants to be called next, in ms since the epoch, or `undefined` when nothing is planned.
   */
  maintain(): Promise<number | undefined>;

  /**
   * A view of this store for one request. There is one on stores that a plain Worker can hold across requests: that
   * runtime forbids one request to wait for another's timers and promises, which watching needs. Absent where all
   * requests of a store may share them.
   *
   * @returns a store over the same streams, with watches of its own.
   */
  readonly forRequest?: (() => StreamStore) | undefined;
}
