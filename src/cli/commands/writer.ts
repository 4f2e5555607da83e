import { randomUUID } from "node:crypto";
import type { DurableStream, ProducerEvent, StreamProducer } from "../../client/index.ts";
import type { AppendCheckpoint } from "../checkpoint/append-checkpoint.ts";
import { type ConnectionOptions, type Message, retryOf } from "../connection.ts";
import { EpochReusedError } from "../errors.ts";
import type { Messages } from "../input/messages.ts";
import type { Progress } from "../progress.ts";
import { describe } from "../report.ts";
import type { Shell } from "../shell.ts";

/**
 * Small messages take several times their size in memory while they wait, so little is kept waiting; a checkpoint is
 * rewritten with all of it each time.
 */
const LIMITS = { maxBatchBytes: 256 * 1024, maxBufferedBatches: 8, maxBufferedBytes: 2 * 1024 * 1024 };

/** Who writes. */
export interface WriterOptions {
  /** The producer's id; a random one unless given. */
  readonly producer?: string | undefined;
  /** Its session. */
  readonly epoch?: number | undefined;
}

/** What a {@link Writer} works with. */
export interface WriterContext {
  /** What was typed. */
  readonly options: ConnectionOptions & WriterOptions;
  /** Whom to tell of retries. */
  readonly shell: Shell;
  /** Keeps batches across runs, if asked to. */
  readonly checkpoint: AppendCheckpoint | undefined;
  /** Told what was handed over. */
  readonly progress: Progress;
  /** Told when nothing more can be appended, for whoever waits for input. */
  readonly onFailed: (error: unknown) => void;
}

/** Appends messages exactly once and in order, through the client's producer. */
export class Writer {
  readonly #context: WriterContext;
  readonly #producer: StreamProducer<Message>;
  /** The last request for the first batch of the epoch. */
  #first: (ProducerEvent & { readonly type: "sent" }) | undefined;
  #fault: EpochReusedError | undefined;

  /** @param stream What to append to. @param context Who writes, and whom to tell. */
  constructor(stream: DurableStream<Message>, context: WriterContext) {
    const { options, shell, checkpoint } = context;
    this.#context = context;
    // Each run of a chosen id is a later session than any before it. A fresh id needs none to be told apart.
    const { epoch = options.producer === undefined ? 0 : Math.floor(shell.clock.now() / 1000) } = options;
    this.#producer = stream.producer({
      id: checkpoint?.producer ?? options.producer ?? randomUUID(),
      epoch,
      ...LIMITS,
      outbox: checkpoint,
      retry: retryOf(options),
      onEvent: (event) => this.#notice(event),
    });
  }

  /** Where the stream ended at the last acknowledgement. */
  get lastOffset(): string | undefined {
    return this.#producer.lastOffset;
  }

  /**
   * Waits until what the run before has left is durable. Only then may a new session begin: once the server has heard of
   * that, it takes no more of an older one, and a kill in between would leave batches of both in the checkpoint.
   *
   * @throws What the producer ended with.
   */
  async resume(): Promise<void> {
    await this.#producer.flush();
  }

  /**
   * Hands messages over, as fast as they leave.
   *
   * @param areCounted Whether they are messages to a person too, not mere runs of bytes.
   * @returns What ended the input before its end.
   */
  async feed(messages: Messages, areCounted: boolean): Promise<{ readonly error: unknown } | undefined> {
    try {
      for await (const some of messages) {
        for (const message of some) {
          await this.#producer.submit(message);
          this.#context.progress.add(areCounted ? 1 : 0, sizeOf(message));
        }
      }
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  /**
   * Waits until everything handed over is durable.
   *
   * @param closeStream Whether to close the stream behind it.
   * @throws What the producer ended with; EpochReusedError.
   */
  async finish(closeStream: boolean): Promise<void> {
    await this.#producer.close({ closeStream });
    if (this.#fault !== undefined) throw this.#fault;
  }

  #notice(event: ProducerEvent): void {
    const { checkpoint, options, shell, progress, onFailed } = this.#context;
    if (event.type === "failed") onFailed(event.error);
    if (event.type === "acknowledged") checkpoint?.acknowledged(event);
    if (event.type === "retried" && (options.verbose ?? shell.isErrorTerminal)) {
      const { failures, delayMs, error } = event;
      progress.note(`attempt ${failures} failed, next one in ${(delayMs / 1000).toFixed(1)} s: ${describe(error)}`);
    }
    this.#checkEpoch(event);
  }

  /**
   * The first batch is sent alone and then has one answer of its own: a duplicate at the first attempt is another run's
   * batch. A mere close is none of anybody's.
   */
  #checkEpoch(event: ProducerEvent): void {
    if (!("seq" in event) || event.seq !== 0 || event.epoch !== this.#producer.epoch) return;
    if (event.type === "sent") this.#first = event;
    if (event.type !== "acknowledged" || !event.duplicate) return;
    if (this.#first?.attempt !== 1 || this.#first.bytes === 0) return;
    this.#fault = new EpochReusedError({ producer: this.#producer.id, epoch: event.epoch });
    this.#context.onFailed(this.#fault);
  }
}

function sizeOf(message: Message): number {
  return typeof message === "string" ? Buffer.byteLength(message) : message.length;
}
