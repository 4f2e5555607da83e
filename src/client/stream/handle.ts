import { systemClock } from "../../shared/clock.ts";
import { STREAM_CLOSED_HEADER, STREAM_SEQ_HEADER } from "../../shared/constants.ts";
import { normalizeContentType } from "../../shared/content-type.ts";
import { ContentTypeMismatchError, StreamGoneError } from "../../shared/errors/stream-state-errors.ts";
import { createCodec } from "../codec/codec.ts";
import { HOST, type StreamHost } from "../host.ts";
import { type ProducerOptions, StreamProducer } from "../producer/index.ts";
import { type ReaderOptions, StreamReader } from "../reader/index.ts";
import { DEFAULT_RETRY, isRefusedForNow, isTransient, repeat, resolveRetry } from "../retry/index.ts";
import {
  anySignal,
  createTransport,
  discard,
  errorFromResponse,
  noticeIdentity,
  offsetIn,
  parseStreamUrl,
  type RequestFacts,
  requireClosed,
  type TransportRequest,
} from "../transport/index.ts";
import type { Appended, Created, DurableStream, StreamMetadata } from "./contract.ts";
import { createHeaders, forkHeaders } from "./creation.ts";
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
  /** The statuses that are a success. */
  readonly succeeds: readonly number[];
  /** Says which failures are safe to follow with another attempt; all that may heal unless given. */
  readonly mayRepeat?: (error: unknown) => boolean;
  /** What the request says, for errors. */
  readonly facts?: RequestFacts | undefined;
}

/** `DurableStream` as a class; the types of its constructor are in the contract. */
export class StreamHandle<Out, In> implements DurableStream<Out, In> {
  readonly #options: DurableStreamOptions<Out, In>;
  readonly #host: StreamHost<Out, In>;
  /** Which stream answers at the URL (§11.1), once an answer has told. */
  #streamId: string | undefined;

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
      identify: (streamId) => {
        this.#streamId ??= streamId;
        if (this.#streamId === streamId) return;
        throw new StreamGoneError({ detail: "Another stream lives at the URL now" });
      },
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
    const { messages = [] } = options;
    return this.#put(headers, messages.length > 0 ? await this.#bodyOf(messages) : undefined, options);
  }

  async head({ signal }: CallOptions = {}): Promise<StreamMetadata> {
    const { headers } = await this.#send({ method: "HEAD", succeeds: [200], signal });
    const metadata = metadataOf(headers);
    noticeIdentity(headers, this.#host);
    return metadata;
  }

  async append(message: In, { seq, signal }: AppendOptions = {}): Promise<Appended> {
    const body = await this.#bodyOf([message]);
    return appended(await this.#post(body, { [STREAM_SEQ_HEADER]: seq }, { signal, streamSeq: seq }));
  }

  async close({ message, signal }: CloseOptions<In> = {}): Promise<Appended> {
    const body = message === undefined ? undefined : await this.#bodyOf([message]);
    const headers = await this.#post(body, { [STREAM_CLOSED_HEADER]: "true" }, { signal });
    requireClosed(headers);
    return appended(headers);
  }

  async delete({ signal }: CallOptions = {}): Promise<void> {
    const succeeds = [204];
    const mayRepeat = (error: unknown): boolean => {
      // A stream that is not there any more, after an attempt whose answer was lost, was deleted by that attempt.
      if (!isRefusedForNow(error)) succeeds.push(404, 410);
      return isTransient(error);
    };
    await this.#send({ method: "DELETE", succeeds, mayRepeat, signal });
    this.#streamId = undefined;
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
    const facts = { bodyBytes: body?.length };
    const response = await this.#send({ method: "PUT", headers, body, signal, succeeds: [200, 201], facts });
    const { offset, closed, streamId } = metadataOf(response.headers);
    const expected = response.headers.get("Content-Type");
    const received = this.contentType;
    // A server of the protocol refuses with 409; one that does not must not leave the handle with a wrong framing.
    if (expected !== null && normalizeContentType(expected) !== normalizeContentType(received)) {
      throw new ContentTypeMismatchError({ expected, received });
    }
    this.#streamId = streamId;
    return { created: response.status === 201, offset, closed, streamId };
  }

  async #bodyOf(messages: readonly In[]): Promise<Uint8Array<ArrayBuffer>> {
    const { codec } = this.#host;
    return codec.join(await Promise.all(messages.map(async (message) => codec.encode(message))));
  }

  /** Sends a write: once when it holds a message, as often as the policy allows when it only closes. */
  async #post(
    body: TransportRequest["body"],
    headers: TransportRequest["headers"],
    { signal, streamSeq }: CallOptions & RequestFacts,
  ): Promise<Headers> {
    const contentType = body && this.contentType;
    const response = await this.#send({
      method: "POST",
      headers: { ...headers, "Content-Type": contentType },
      body,
      signal,
      succeeds: [200, 204],
      // After anything but a 429, what has no identity may have been stored.
      mayRepeat: body ? isRefusedForNow : isTransient,
      facts: { streamSeq, contentType, bodyBytes: body?.length },
    });
    noticeIdentity(response.headers, this.#host);
    return response.headers;
  }

  /** Makes attempts as the operation allows, and returns the answer that is a success; its body is given up. */
  async #send({ succeeds, mayRepeat = isTransient, facts, ...request }: Operation): Promise<Response> {
    const { transport, signal } = this.#host;
    const attempt = async (): Promise<Response> => {
      const response = await transport.send(request);
      if (!succeeds.includes(response.status)) throw await errorFromResponse(response, transport.url, facts);
      discard(response);
      return response;
    };
    return repeat(attempt, { ...this.#host, signal: anySignal(request.signal, signal), mayRepeat });
  }
}

function appended(headers: Headers): Appended {
  return { offset: offsetIn(headers) };
}
