import { StreamClosedError } from "durable-cf-streams";
import {
  type DurableStream,
  type ProducerEvent,
  type ProducerOutbox,
  StreamProducer,
  WebStorageOutbox,
} from "durable-cf-streams/client";
import { EmptiedOutbox } from "./emptied-outbox.ts";
import type { Tab } from "./tab.ts";

/** For as long as it takes: a message waits for the network, and the page says so. */
const RETRY = { maxAttempts: Number.POSITIVE_INFINITY, maxDelayMs: 2_000 };
/** What is formed is kept, so as much as somebody may write without a network is formed at once. */
const MAX_BUFFERED_BATCHES = 1_000;

/** What a {@link Writer} is made of. */
export interface WriterOptions<In> {
  readonly stream: DurableStream<unknown, In>;
  /** The stream's identity: what is left of one stream must not go to its successor. */
  readonly streamId: string;
  readonly tab: Tab;
  /** Called when there may be more or less on its way. */
  readonly onChange: () => void;
  /** Called with what hinders writing. What was not stored is kept, unless the stream is closed. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Appends exactly once and in order. What is on its way is kept in the browser's storage, from before it is first sent
 * until the server has it, so that a reload, a crash or a closed tab neither loses nor doubles it.
 */
export class Writer<In> {
  readonly #options: WriterOptions<In>;
  readonly #prefix: string;
  #producer: StreamProducer<In>;
  /** Messages that a producer has failed with. Its successor finds them in the outbox. */
  #kept = 0;
  readonly #helpers = new Set<StreamProducer<In>>();

  constructor(options: WriterOptions<In>) {
    this.#options = options;
    this.#prefix = `durable-cf-streams:outbox:${options.streamId}:`;
    this.#producer = this.#produce(options.tab.producerId);
    void this.#sendForAbsentTabs();
  }

  /** Messages that are not known to be stored. */
  get pending(): number {
    const producers = [this.#producer, ...this.#helpers];
    return producers.reduce((sum, { pendingMessages }) => sum + pendingMessages, this.#kept);
  }

  /**
   * Hands a message over, and with it those that an earlier failure has left.
   *
   * @returns `stored` resolves when the message is stored, or kept for a successor; it rejects when it is neither.
   * @throws What hinders it, for good.
   */
  async append(message: In): Promise<{ readonly stored: Promise<unknown> }> {
    this.#reviveIfFailed();
    const producer = this.#producer;
    const { acknowledged } = await producer.submit(message);
    this.#options.onChange();
    const stored = acknowledged.catch((error: unknown) => {
      if (producer.state !== "failed") throw error;
      if (!(error instanceof StreamClosedError)) this.#kept += 1;
    });
    return { stored };
  }

  /** Closes the stream behind everything appended before. */
  async closeStream(): Promise<void> {
    this.#reviveIfFailed();
    await this.#producer.close({ closeStream: true });
  }

  /** Leaves the stream. What is on its way stays in the storage, for the next time. */
  async stop(): Promise<void> {
    const all = [this.#producer, ...this.#helpers];
    for (const producer of all) producer.abort();
    await Promise.allSettled(all.map((producer) => producer[Symbol.asyncDispose]()));
  }

  /** Gives up what a failure has left, for a message that is refused each time would hold up all others. */
  discard(): void {
    if (this.#producer.state !== "failed") return;
    this.#kept = 0;
    this.#producer = this.#produce(this.#options.tab.producerId, (outbox) => new EmptiedOutbox(outbox));
    this.#options.onChange();
  }

  /** Forgets what is on its way to a stream that takes nothing any more. */
  forget(): void {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.#prefix));
    for (const key of keys) localStorage.removeItem(key);
  }

  /** A producer that has failed stays so; its successor has the next epoch, which the outbox counts. */
  #reviveIfFailed(): void {
    if (this.#producer.state !== "failed") return;
    this.#kept = 0;
    this.#producer = this.#produce(this.#options.tab.producerId);
  }

  async #sendForAbsentTabs(): Promise<void> {
    await this.#options.tab.forEachAbsent(async (producerId) => {
      const helper = this.#produce(producerId);
      this.#helpers.add(helper);
      // What cannot be sent stays where it is; whoever comes next tries again.
      await helper.close().catch(() => {});
      this.#helpers.delete(helper);
      this.#options.onChange();
    });
  }

  #produce(id: string, wrap = (outbox: ProducerOutbox): ProducerOutbox => outbox): StreamProducer<In> {
    const onEvent = (event: ProducerEvent): void => {
      if (event.type === "failed") this.#failed(event.error);
      this.#options.onChange();
    };
    return new StreamProducer(this.#options.stream, {
      id,
      outbox: wrap(new WebStorageOutbox(localStorage, this.#prefix)),
      lingerMs: 0,
      maxBufferedBatches: MAX_BUFFERED_BATCHES,
      retry: RETRY,
      onEvent,
    });
  }

  #failed(error: unknown): void {
    if (error instanceof StreamClosedError) this.forget();
    this.#options.onFailure(error);
  }
}
