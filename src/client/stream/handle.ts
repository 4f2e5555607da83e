import { systemClock } from "../../shared/clock.ts";
import { STREAM_CLOSED_HEADER, STREAM_ID_HEADER, STREAM_SEQ_HEADER } from "../../shared/constants.ts";
import { normalizeContentType } from "../../shared/content-type.ts";
import { MalformedResponseError } from "../../shared/errors/client-errors.ts";
import { ContentTypeMismatchError } from "../../shared/errors/stream-state-errors.ts";
import { createCodec } from "../codec/codec.ts";
import { HOST, type StreamHost } from "../host.ts";
import { type ProducerOptions, StreamProducer } from "../producer/index.ts";
import { type ReaderOptions, StreamReader } from "../reader/index.ts";
import { DEFAULT_RETRY, isTransient, repeat, resolveRetry } from "../retry/index.ts";
import {
  createTransport,
  discard,
  errorFromResponse,
  isClosed,
  offsetIn,
  parseStreamUrl,
  type RequestFacts,
  type TransportRequest,
} from "../transport/index.ts";
import type { Appended, Created, DurableStream, StreamMetadata } from "./contract.ts";
import { createHeaders, forkHeaders } from "./creation.ts";
import { StreamIdentity } from "./identity.ts";
import { metadataOf } from "./metadata.ts";
import type {
  AppendOptions,
  CallOptions,
  CloseOptions,
  CreateOptions,
  DurableStreamOptions,
  ForkOptions,
} from "./options.ts";

/** One operation: its request, and what becomes of the answers. */
interface Operation extends TransportRequest {
  /** Says which statuses are a success. */
  readonly succeeds: (status: number) => boolean;
  /** Says which failures are safe to follow with another attempt. */
  readonly mayRepeat: (error: unknown) => boolean;
  /** What the request says, for errors. */
  readonly facts?: RequestFacts | undefined;
}

/** A 429 says that nothing was done; after any other failure, what has no identity may have been stored. */
function isRefusedForNow(error: unknown): boolean {
  return isTransient(error) && error._tag === "RateLimitedError";
}

/** `DurableStream` as a class; the types of its constructor are in the contract. */
export class StreamHandle<Out, In> implements DurableStream<Out, In> {
  readonly #options: DurableStreamOptions<Out, In>;
  readonly #host: StreamHost<Out, In>;
  readonly #identity = new StreamIdentity();

  /**
   * @param options Only `url` is required.
   * @throws TypeError for a URL that is none of a stream; RangeError for retry options that cannot be.
   */
  constructor(options: DurableStreamOptions<Out, In>) {
    const { contentType = "application/json", clock = systemClock, random = Math.random, retry, signal } = options;
    this.#options = options;
    this.#host = {
      transport: createTransport({ ...options, url: parseStreamUrl(options.url), clock }),
      codec: createCodec({ ...options, contentType }),
      retry: resolveRetry(retry, DEFAULT_RETRY),
      clock,
      random,
      signal,
      identify: (streamId) => this.#identity.notice(streamId),
    };
  }

  get [HOST](): StreamHost<Out, In> {
    return this.#host;
  }

  get url(): string {
    return this.#host.transport.url;
  }

  get contentType(): string {
    return this.#host.codec.contentType;
  }

  async create(options: CreateOptions<In> = {}): Promise<Created> {
    const headers = createHeaders(this.contentType, options);
    const { codec } = this.#host;
    const messages = await Promise.all((options.messages ?? []).map((message) => codec.encode(message)));
    return this.#put(headers, messages.length === 0 ? undefined : codec.join(messages), options);
  }

  async head({ signal }: CallOptions = {}): Promise<StreamMetadata> {
    const succeeds = (status: number): boolean => status === 200;
    const { headers } = await this.#send({ method: "HEAD", succeeds, mayRepeat: isTransient, signal });
    const metadata = metadataOf(headers);
    this.#notice(headers);
    return metadata;
  }

  async append(message: In, { seq, signal }: AppendOptions = {}): Promise<Appended> {
    const body = await this.#bodyOf(message);
    const headers = await this.#post(body, { [STREAM_SEQ_HEADER]: seq }, { signal, facts: { streamSeq: seq } });
    return { offset: offsetIn(headers) };
  }

  async close({ message, signal }: CloseOptions<In> = {}): Promise<Appended> {
    const body = message === undefined ? undefined : await this.#bodyOf(message);
    const headers = await this.#post(body, { [STREAM_CLOSED_HEADER]: "true" }, { signal });
    if (!isClosed(headers)) throw new MalformedResponseError({ detail: "The server did not confirm the closing" });
    return { offset: offsetIn(headers) };
  }

  async delete({ signal }: CallOptions = {}): Promise<void> {
    let lost = false;
    const mayRepeat = (error: unknown): boolean => {
      lost ||= isTransient(error) && !isRefusedForNow(error);
      return isTransient(error);
    };
    // A stream that is not there any more, after an attempt whose answer was lost, was deleted by that attempt.
    const succeeds = (status: number): boolean => status === 204 || (lost && (status === 404 || status === 410));
    await this.#send({ method: "DELETE", succeeds, mayRepeat, signal });
    this.#identity.reset();
  }

  async fork(options: ForkOptions): Promise<DurableStream<Out, In>> {
    const source = new URL(this.url);
    const target = new URL(options.to, source);
    if (target.origin !== source.origin) throw new TypeError("A fork lives on the server of its source");
    const fork = new StreamHandle<Out, In>({ ...this.#options, url: target });
    await fork.#put(forkHeaders(source, this.contentType, options), undefined, options);
    return fork;
  }

  producer(options: ProducerOptions): StreamProducer<In> {
    return new StreamProducer<In>(this, options);
  }

  read(options?: ReaderOptions): StreamReader<Out> {
    return new StreamReader<Out>(this, options);
  }

  async #put(
    headers: TransportRequest["headers"],
    body: TransportRequest["body"],
    { signal }: CallOptions,
  ): Promise<Created> {
    const response = await this.#send({
      method: "PUT",
      headers,
      body,
      signal,
      succeeds: (status) => status === 201 || status === 200,
      mayRepeat: isTransient,
      facts: { bodyBytes: body?.length },
    });
    const { offset, closed, streamId } = metadataOf(response.headers);
    const expected = response.headers.get("Content-Type");
    // A server of the protocol refuses with 409; one that does not must not leave the handle with a wrong framing.
    if (expected !== null && normalizeContentType(expected) !== normalizeContentType(this.contentType)) {
      throw new ContentTypeMismatchError({ expected, received: this.contentType });
    }
    this.#identity.reset(streamId);
    return { created: response.status === 201, offset, closed, streamId };
  }

  async #bodyOf(message: In): Promise<Uint8Array<ArrayBuffer>> {
    const { codec } = this.#host;
    return codec.join([await codec.encode(message)]);
  }

  /** Sends a write: once when it holds a message, as often as the policy allows when it only closes. */
  async #post(
    body: TransportRequest["body"],
    headers: TransportRequest["headers"],
    { signal, facts }: CallOptions & { readonly facts?: RequestFacts },
  ): Promise<Headers> {
    const contentType = body === undefined ? undefined : this.contentType;
    const response = await this.#send({
      method: "POST",
      headers: { ...headers, "Content-Type": contentType },
      body,
      signal,
      succeeds: (status) => status === 204 || status === 200,
      mayRepeat: body === undefined ? isTransient : isRefusedForNow,
      facts: { ...facts, contentType, bodyBytes: body?.length },
    });
    this.#notice(response.headers);
    return response.headers;
  }

  #notice(headers: Headers): void {
    const streamId = headers.get(STREAM_ID_HEADER);
    if (streamId !== null) this.#identity.notice(streamId);
  }

  /** Makes attempts as the operation allows, and returns the answer that is a success; its body is given up. */
  async #send({ succeeds, mayRepeat, facts, ...request }: Operation): Promise<Response> {
    const { transport } = this.#host;
    const attempt = async (): Promise<Response> => {
      const response = await transport.send(request);
      if (!succeeds(response.status)) throw await errorFromResponse(response, transport.url, facts);
      discard(response);
      return response;
    };
    return repeat(attempt, { ...this.#host, signal: this.#until(request.signal), mayRepeat });
  }

  /** What ends a wait: the handle's signal or the call's. */
  #until(signal: AbortSignal | undefined): AbortSignal | undefined {
    const whole = this.#host.signal;
    return signal !== undefined && whole !== undefined ? AbortSignal.any([signal, whole]) : (signal ?? whole);
  }
}
