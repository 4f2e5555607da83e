import { StreamGoneError } from "durable-cf-streams";
import type { Checkpoint, DurableStream, ReaderStatus, StreamMetadata, StreamReader } from "durable-cf-streams/client";
import type { Format, Target } from "./formats/format.ts";
import { Log } from "./log.ts";
import { recall, remember } from "./memory.ts";
import type { Tab } from "./tab.ts";
import { Writer } from "./writer.ts";

/** How long what was read may be only in memory. After a crash it is read again, not lost. */
const SAVE_AFTER_MS = 1_000;

/** What a session is told, and whom it tells. */
export interface SessionContext {
  readonly target: Target;
  /** What the stream says of itself. */
  readonly metadata: StreamMetadata;
  readonly tab: Tab;
  /** Called when anything that the page shows may have changed. */
  readonly onChange: () => void;
  /** Called with messages that were read live. */
  readonly onArrival: (count: number, last: string) => void;
  /** Called with what hinders writing; messages that were on their way are kept. */
  readonly onFailure: (error: unknown) => void;
}

/** One open stream: what was read of it, and a hand to write with. */
export class Session<Out, In> {
  /** What was read. */
  readonly log: Log;
  readonly #format: Format<Out, In>;
  readonly #context: SessionContext;
  readonly #stream: DurableStream<Out, In>;
  readonly #reader: StreamReader<Out>;
  readonly #writer: Writer<In>;
  /** The position behind what is in the log. */
  #checkpoint: Checkpoint | undefined;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  /** What a reader would say after a deletion; one that has come to the end of a closed stream looks no more. */
  #deletion: ReaderStatus | undefined;

  constructor(format: Format<Out, In>, context: SessionContext) {
    const { target, metadata, tab, onChange, onFailure } = context;
    const { streamId = "" } = metadata;
    this.#format = format;
    this.#context = context;
    this.#stream = format.connect(target);
    const memory = recall(this.#stream.url, streamId);
    this.log = new Log(memory?.log);
    this.#checkpoint = memory?.checkpoint;
    this.#reader = this.#stream.read({ from: memory?.checkpoint ?? "start", onStatus: onChange });
    this.#writer = new Writer({ stream: this.#stream, streamId, tab, onChange, onFailure });
    addEventListener("pagehide", this.#save);
  }

  get url(): string {
    return this.#stream.url;
  }

  get contentType(): string {
    return this.#stream.contentType;
  }

  /** What the entries of the log are called, for one and for many. */
  get unit(): readonly [one: string, many: string] {
    return this.#format.unit;
  }

  /** What the empty composer says. */
  get placeholder(): string {
    return this.#format.placeholder;
  }

  /** A body that can be appended. */
  get sample(): string {
    return this.#format.sample;
  }

  /** The position that the reader has reached. */
  get checkpoint(): Checkpoint | undefined {
    return this.#reader.checkpoint;
  }

  get isCaughtUp(): boolean {
    return this.#reader.isCaughtUp;
  }

  get status(): ReaderStatus {
    return this.#deletion ?? this.#reader.status;
  }

  /** Messages appended here that are not known to be stored. */
  get unsent(): number {
    return this.#writer.pending;
  }

  /** Reads until the stream is closed or the session stopped. Can be called again after it has thrown. */
  async follow(): Promise<void> {
    for await (const { messages, checkpoint } of this.#reader.batches()) {
      const before = this.log.count;
      const isLive = this.#reader.isCaughtUp || before === 0;
      for (const message of messages) this.#format.show(message, this.log);
      this.#checkpoint = checkpoint;
      if (isLive && this.log.count > before) {
        this.#context.onArrival(this.log.count - before, this.log.last?.text ?? "");
      }
      this.#saveTimer ??= setTimeout(this.#save, SAVE_AFTER_MS);
      this.#context.onChange();
    }
  }

  /** What there is to say of something typed, before it is appended. */
  review(typed: string): { readonly hint: string } | { readonly problem: string } {
    return this.#format.compose(typed);
  }

  /**
   * Appends what was typed.
   *
   * @returns Once the message is kept; `stored` rejects when it is neither stored nor kept any longer.
   * @throws RangeError when it is no message; what the writer throws.
   */
  async append(typed: string): Promise<{ readonly stored: Promise<unknown> }> {
    const composed = this.#format.compose(typed);
    if ("problem" in composed) throw new RangeError(composed.problem);
    return this.#writer.append(composed.message);
  }

  /** Gives up messages that could not be sent. */
  discardUnsent(): void {
    this.#writer.discard();
  }

  /** Closes the stream for everybody and ever, behind what was appended here. */
  closeStream(): Promise<void> {
    return this.#writer.closeStream();
  }

  /** Deletes the stream for everybody. */
  async deleteStream(): Promise<void> {
    await this.#stream.delete();
    this.#writer.forget();
    this.#deletion = { type: "failed", error: new StreamGoneError() };
    this.#context.onChange();
  }

  /** Makes another stream that begins with all of this one. */
  async fork(to: string): Promise<void> {
    await this.#stream.fork({ to });
  }

  /** Leaves the stream. What was read, and what is on its way, is kept for a return. */
  async stop(): Promise<void> {
    this.#save();
    removeEventListener("pagehide", this.#save);
    this.#reader.cancel();
    await this.#writer.stop();
  }

  readonly #save = (): void => {
    clearTimeout(this.#saveTimer);
    this.#saveTimer = undefined;
    const checkpoint = this.#checkpoint;
    if (checkpoint !== undefined) remember(this.#stream.url, { checkpoint, log: this.log.save() });
  };
}

/** A session of whatever messages. */
export type AnySession = Pick<
  Session<unknown, unknown>,
  | "log"
  | "unit"
  | "placeholder"
  | "sample"
  | "url"
  | "contentType"
  | "checkpoint"
  | "isCaughtUp"
  | "status"
  | "unsent"
  | "follow"
  | "review"
  | "append"
  | "discardUnsent"
  | "closeStream"
  | "deleteStream"
  | "fork"
  | "stop"
>;
