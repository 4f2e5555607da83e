import type { Offset } from "../../shared/brands.ts";
import { MalformedResponseError } from "../../shared/errors/client-errors.ts";
import { StreamGoneError } from "../../shared/errors/stream-state-errors.ts";
import { SchemaError } from "../codec/index.ts";
import { untilAborted } from "../transport/index.ts";
import type { Batch } from "./batch.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { CallersError } from "./interruption.ts";
import type { ReadRun } from "./run.ts";
import type { Mark, Step } from "./steps.ts";
import { WholeCharacters } from "./whole-characters.ts";

/**
 * Makes messages of what arrives while no failure comes in between: leaves out what was delivered before, decodes,
 * checks, and keeps the place.
 *
 * Units are messages for JSON and bytes for everything else. A delivery begins at a checkpoint; what lies between its
 * offset and its index arrives again and is dropped, over as many pages and events as it takes. After a failure a new
 * delivery begins at the last checkpoint.
 */
export class Delivery<Out> {
  readonly #run: ReadRun<Out>;
  readonly #characters = new WholeCharacters();
  /** The last position before which everything was delivered, and behind it nothing. */
  #checkpoint: Checkpoint;
  /** Units delivered behind the offset. Below 0: what begins a character before it waits for the rest. */
  #index: number;
  #arrived = false;
  #stream: string | null;
  /** Where the next request starts. */
  offset: Offset;
  /** Units that were delivered before and are still to arrive again. */
  skip: number;

  constructor(run: ReadRun<Out>, checkpoint: Checkpoint) {
    this.#run = run;
    this.#checkpoint = checkpoint;
    this.#stream = checkpoint.stream;
    this.offset = checkpoint.offset;
    this.#index = this.skip = checkpoint.index;
  }

  /** Whether everything before the offset was delivered, and nothing behind it. */
  get isExact(): boolean {
    return this.#index === 0;
  }

  /** The last position before which everything was delivered, and behind it nothing. */
  get checkpoint(): Checkpoint {
    if (this.#index >= 0) this.#checkpoint = { stream: this.#stream, offset: this.offset, index: this.#index };
    return this.#checkpoint;
  }

  /**
   * Notices the identity that an answer carries.
   *
   * @throws StreamGoneError when it is another than before.
   */
  identify(stream: string): void {
    this.#stream ??= stream;
    if (this.#stream !== stream) throw new StreamGoneError({ detail: "Another stream lives at the URL now" });
  }

  /**
   * Takes what arrived.
   *
   * @returns Its messages in batches; usually one, or none. Ask for the next when all of the last were handed out.
   * @throws MalformedResponseError, or a {@link CallersError}, behind the messages before it.
   */
  async *take(step: Step): AsyncGenerator<Batch<Out>, void, undefined> {
    const { offset } = this;
    const { host, settings, stop } = this.#run;
    const { onInvalid } = settings;
    let messages: Out[] = [];
    let ends: number[] = [];
    let failure: { readonly error: unknown } | undefined;
    const finish = (mark: Mark | undefined): Batch<Out> => {
      const { checkpoint, skip } = this;
      return { messages, ends, offset, checkpoint, upToDate: mark?.upToDate === true && skip === 0 };
    };
    try {
      for (const message of this.#fresh(step)) {
        // Asked for a message, most codecs answer at once; awaiting each of a large page would take seconds.
        const pending = host.codec.decode(message);
        const decoded = "then" in pending ? await untilAborted(pending, stop) : pending;
        if (!decoded.ok) {
          const { raw: value, issues } = decoded;
          if (onInvalid === "throw") throw new SchemaError({ issues, value });
          if (onInvalid !== "skip" && messages.length > 0) {
            yield finish(undefined);
            messages = [];
            ends = [];
          }
          this.#deliver(message);
          if (onInvalid !== "skip") await untilAborted(onInvalid({ value, issues, checkpoint: this.checkpoint }), stop);
          continue;
        }
        messages.push(decoded.value);
        ends.push(this.#deliver(message));
      }
      if (step.mark) this.#moveTo(step.mark.offset);
    } catch (error) {
      // Bad JSON is the server's; everything else comes from the caller's schema, or what he does about it.
      failure = { error: error instanceof MalformedResponseError ? error : new CallersError(error) };
    }
    if (messages.length > 0 && !stop.aborted) yield finish(failure ? undefined : step.mark);
    if (failure) throw failure.error;
  }

  /** What was not delivered before. */
  #fresh({ data, mark }: Step): readonly (string | Uint8Array)[] {
    const runs: (string | Uint8Array)[] = [];
    if (data instanceof Uint8Array) {
      const bytes = data.subarray(this.#drop(data.length));
      runs.push(this.#run.host.codec.framing === "text" ? this.#characters.push(bytes) : bytes);
    } else if (typeof data === "string") {
      this.#drop(1);
      runs.push(data);
    } else if (data) return data.slice(this.#drop(data.length));
    // Nothing will complete a character that a closed stream ends in.
    if (mark?.closed) runs.push(this.#characters.flush());
    return runs.filter(({ length }) => length > 0);
  }

  /** Takes units that arrived. @returns How many of them, from the first on, were delivered before. */
  #drop(arrived: number): number {
    this.#arrived ||= arrived > 0;
    const dropped = Math.min(this.skip, arrived);
    this.skip -= dropped;
    return dropped;
  }

  /** Counts a message as delivered. @returns The index behind it. */
  #deliver(message: string | Uint8Array): number {
    const units = this.#run.host.codec.framing === "json" ? 1 : typeof message === "string" ? 0 : message.length;
    this.#index += units;
    return this.#index;
  }

  /**
   * Goes on to an offset that the server named.
   *
   * @throws MalformedResponseError when something arrived and the offset is the same: reading on would repeat it.
   */
  #moveTo(offset: Offset): void {
    if (offset !== this.offset) {
      this.offset = offset;
      this.#arrived = false;
      this.#index = this.skip - this.#characters.held;
    } else if (this.#arrived) {
      throw new MalformedResponseError({ detail: "The answer has data, and its end is its start" });
    }
  }
}
