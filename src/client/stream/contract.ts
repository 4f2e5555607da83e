import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Offset } from "../../shared/brands.ts";
import type { Hosted } from "../host.ts";
import type { ProducerOptions, StreamProducer } from "../producer/index.ts";
import type { ReaderOptions, StreamReader } from "../reader/index.ts";
import type { MediaType, MessageOf } from "./message-type.ts";
import type {
  AppendOptions,
  CallOptions,
  CloseOptions,
  CreateOptions,
  DurableStreamBaseOptions,
  DurableStreamOptions,
  ForkOptions,
} from "./options.ts";

/** What a stream says of itself (§5.5). */
export interface StreamMetadata {
  /** The tail: where the next append will begin. */
  readonly offset: Offset;
  /** As the server has it. */
  readonly contentType: string;
  /** Whether the stream takes no more appends. */
  readonly closed: boolean;
  /** Seconds without reads or writes after which it expires, if it does. */
  readonly ttlSeconds: number | undefined;
  /** When it expires, if that is fixed. */
  readonly expiresAt: Date | undefined;
  /** Its identity, from servers that give one (§11.1). */
  readonly streamId: string | undefined;
}

/** What came of `create`. */
export interface Created {
  /**
   * Whether this answer is that of the creation. `false` means that the stream existed, with the same configuration;
   * after an attempt without an answer it may have been that attempt which created it.
   */
  readonly created: boolean;
  /** The tail after any initial messages. */
  readonly offset: Offset;
  /** Whether the stream takes no more appends. */
  readonly closed: boolean;
  /** Its identity, from servers that give one (§11.1). */
  readonly streamId: string | undefined;
}

/** What came of a write. */
export interface Appended {
  /** The tail after it. */
  readonly offset: Offset;
}

/**
 * A handle on the stream at one URL. Making one sends nothing.
 *
 * All methods reject with the shared errors (`StreamNotFoundError`, `UnauthorizedError`, `TransportError`…), with the
 * reason of the signal that ended them, and with `StreamGoneError` when an answer carries another identity than the
 * answers before it: the stream was deleted and created again by someone else, and what was known of it holds no more.
 *
 * @typeParam Out What reading yields.
 * @typeParam In What writing takes.
 *
 * @example
 * ```ts
 * const stream = new DurableStream({ url: "https://example.test/v1/stream/chat", schema });
 * await stream.create({ ttlSeconds: 3600 });
 * await stream.append({ from: "ada", text: "hello" });
 * ```
 */
export interface DurableStream<Out = unknown, In = Out> extends Hosted<Out, In> {
  /** The stream's URL, without the caller's dynamic parameters. */
  readonly url: string;
  /** What the handle takes the stream for. */
  readonly contentType: string;

  /**
   * Creates the stream, or confirms that it exists with the same configuration (§5.1). Repeated by the retry policy.
   *
   * @param options Lifetime, closure, initial messages. The content type is the handle's.
   * @throws StreamConflictError when a stream with another configuration lives there; SchemaError for a bad message.
   *
   * @example
   * ```ts
   * const { created, offset } = await stream.create({ ttlSeconds: 3600 });
   * ```
   */
  create(options?: CreateOptions<In>): Promise<Created>;

  /**
   * Asks for the stream's metadata (§5.5). Repeated by the retry policy.
   *
   * @throws StreamNotFoundError, StreamGoneError and what every method throws. Another content type than the handle's
   * is no error here: this is how to find out.
   */
  head(options?: CallOptions): Promise<StreamMetadata>;

  /**
   * Appends one message (§5.2). An array is one message.
   *
   * Not exactly once: without a producer's identity the server cannot tell a repetition. It is sent once; only a 429,
   * which stores nothing, is repeated. After a `TransportError` or an `UnavailableError` nobody knows whether the
   * message was stored; after a `StreamGoneError` it was, in the stream that is there now. Use {@link DurableStream.producer} where that matters.
   *
   * @param message What to append.
   * @throws StreamClosedError, ContentTypeMismatchError, SequenceConflictError, PayloadTooLargeError; SchemaError or
   * TypeError, before anything is sent, for a message that cannot be.
   */
  append(message: In, options?: AppendOptions): Promise<Appended>;

  /**
   * Closes the stream for ever (§5.3), with a last message if one is given.
   *
   * Without a message it is repeated by the retry policy, and closing a closed stream succeeds. With one it is sent
   * once, like an append.
   *
   * @throws StreamClosedError when there is a message and the stream is closed.
   */
  close(options?: CloseOptions<In>): Promise<Appended>;

  /**
   * Deletes the stream and all its data (§5.4). Repeated by the retry policy; when an attempt got no answer and the
   * next one finds no stream, it is deleted.
   *
   * @throws StreamNotFoundError, StreamGoneError when there was none to begin with.
   */
  delete(options?: CallOptions): Promise<void>;

  /**
   * Creates a stream that begins with this one's content up to an offset (§4.2). Repeated by the retry policy.
   *
   * @param options Where the fork lives, and where it leaves this stream.
   * @returns A handle on the fork, with this handle's options.
   * @throws TypeError when `to` is on another server; StreamConflictError, ContentTypeMismatchError.
   *
   * @example
   * ```ts
   * const draft = await stream.fork({ to: "./chat-draft", at: offset });
   * ```
   */
  fork(options: ForkOptions): Promise<DurableStream<Out, In>>;

  /**
   * Makes a producer, which appends exactly once and in order: `new StreamProducer(stream, options)`.
   *
   * @param options Only `id` is required.
   * @throws TypeError, RangeError for options that cannot be.
   *
   * @example
   * ```ts
   * await using producer = stream.producer({ id: "orders-1" });
   * await producer.append({ order: 7 });
   * ```
   */
  producer(options: ProducerOptions): StreamProducer<In>;

  /**
   * Makes a reader: `new StreamReader(stream, options)`. Nothing is requested until somebody iterates.
   *
   * @param options Where to begin, and how to go on.
   * @throws RangeError and others for options that cannot be.
   *
   * @example
   * ```ts
   * for await (const message of stream.read({ from: "now" })) console.log(message);
   * ```
   */
  read(options?: ReaderOptions): StreamReader<Out>;
}

/**
 * Makes handles. What the stream holds follows from the schema, or else from a content type written out, or else from
 * the type argument; JSON without any of them holds `unknown`.
 */
export interface DurableStreamConstructor {
  /** Typed by a schema: writing takes its input, reading yields its output. */
  new <Schema extends StandardSchemaV1>(
    options: DurableStreamBaseOptions & { readonly contentType?: string | undefined; readonly schema: Schema },
  ): DurableStream<StandardSchemaV1.InferOutput<Schema>, StandardSchemaV1.InferInput<Schema>>;
  /** Typed by the content type. */
  new <const ContentType extends MediaType = "application/json">(
    options: DurableStreamBaseOptions & { readonly contentType?: ContentType | undefined; readonly schema?: undefined },
  ): DurableStream<MessageOf<ContentType>>;
  /** Typed by hand. Nothing checks that messages are what is said here. */
  new <Out = unknown, In = Out>(options: DurableStreamOptions<Out, In>): DurableStream<Out, In>;
  /** For `instanceof`. */
  readonly prototype: DurableStream;
}
