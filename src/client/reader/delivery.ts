import { MalformedResponseError } from "../../shared/errors/client-errors.ts";
import { type Decoded, type MessageCodec, SchemaError } from "../codec/index.ts";
import type { Batch } from "./batch.ts";
import { CallersError } from "./interruption.ts";
import type { OnInvalid } from "./options.ts";
import type { Place } from "./place.ts";
import type { Mark, Step } from "./steps.ts";
import { WholeCharacters } from "./whole-characters.ts";

/** A message as it arrived, and what it counts in the index. */
interface Raw {
  readonly message: string | Uint8Array;
  readonly units: number;
}

interface Draft<Out> {
  messages: Out[];
  ends: number[];
}

/** Makes messages of what arrives: leaves out what was delivered before, decodes, checks, and keeps the place. */
export class Delivery<Out> {
  readonly #codec: MessageCodec<Out, never>;
  readonly #place: Place;
  readonly #onInvalid: OnInvalid;
  readonly #characters = new WholeCharacters();

  constructor(codec: MessageCodec<Out, never>, place: Place, onInvalid: OnInvalid) {
    this.#codec = codec;
    this.#place = place;
    this.#onInvalid = onInvalid;
  }

  /**
   * Takes what arrived.
   *
   * @returns Its messages in batches; usually one, or none. Ask for the next when all of the last were handed out.
   * @throws MalformedResponseError, or a {@link CallersError}, behind the messages before it.
   */
  async *take(step: Step): AsyncGenerator<Batch<Out>, void, undefined> {
    const draft: Draft<Out> = { messages: [], ends: [] };
    const { offset } = this.#place;
    const finish = (mark: Mark | undefined): Batch<Out> => {
      const { messages, ends } = draft;
      const { checkpoint, skip } = this.#place;
      const upToDate = mark?.upToDate === true && skip === 0;
      draft.messages = [];
      draft.ends = [];
      return { messages, ends, offset, stream: checkpoint.stream, checkpoint, upToDate };
    };
    let failure: { readonly error: unknown } | undefined;
    try {
      for (const { message, units } of this.#fresh(step)) {
        // Asked for a message, most codecs answer at once; awaiting each of a large page would take seconds.
        const pending = this.#decode(message);
        const decoded = "then" in pending ? await pending : pending;
        if (decoded.ok) {
          draft.messages.push(decoded.value);
          draft.ends.push(this.#place.deliver(units));
          continue;
        }
        if (this.#onInvalid !== "skip" && draft.messages.length > 0) yield finish(undefined);
        await this.#refuse(decoded, units);
      }
      if (step.mark !== undefined) this.#place.moveTo(step.mark.offset, this.#characters.held);
    } catch (error) {
      failure = { error };
    }
    if (draft.messages.length > 0) yield finish(failure === undefined ? step.mark : undefined);
    if (failure !== undefined) throw failure.error;
  }

  /** What was not delivered before. */
  *#fresh({ messages, bytes, text, mark }: Step): Generator<Raw, void, undefined> {
    if (messages !== undefined) {
      for (let at = this.#place.drop(messages.length); at < messages.length; at++) {
        yield { message: messages[at] ?? "", units: 1 };
      }
    }
    if (bytes !== undefined) yield* this.#run(bytes.subarray(this.#place.drop(bytes.length)));
    if (text !== undefined) {
      this.#place.drop(1);
      yield { message: text, units: 0 };
    }
    // Nothing will complete a character that a closed stream ends in.
    if (mark?.closed && this.#characters.held > 0) {
      const rest = this.#characters.flush();
      yield { message: rest, units: rest.length };
    }
  }

  *#run(bytes: Uint8Array): Generator<Raw, void, undefined> {
    const run = this.#codec.framing === "text" ? this.#characters.push(bytes) : bytes;
    if (run.length > 0) yield { message: run, units: run.length };
  }

  #decode(message: string | Uint8Array): Decoded<Out> | Promise<Decoded<Out>> {
    try {
      const pending = this.#codec.decode(message);
      return "then" in pending ? pending.catch(blame) : pending;
    } catch (error) {
      return blame(error);
    }
  }

  async #refuse(decoded: Decoded<Out> & { readonly ok: false }, units: number): Promise<void> {
    const { raw: value, issues } = decoded;
    if (this.#onInvalid === "throw") throw new CallersError(new SchemaError({ issues, value }));
    this.#place.deliver(units);
    if (this.#onInvalid === "skip") return;
    try {
      await this.#onInvalid({ value, issues, checkpoint: this.#place.checkpoint });
    } catch (error) {
      throw new CallersError(error);
    }
  }
}

/** Bad JSON is the server's; anything else that decoding throws comes from the caller's schema. */
function blame(error: unknown): never {
  throw error instanceof MalformedResponseError ? error : new CallersError(error);
}
