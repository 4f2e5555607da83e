import { STREAM_ID_HEADER, TAIL_OFFSET_QUERY_VALUE } from "../../shared/constants.ts";
import { StreamGoneError } from "../../shared/errors/stream-state-errors.ts";
import type { StreamHost } from "../host.ts";
import { type RetryPolicy, retryAfterMsOf, retryDelay } from "../retry/index.ts";
import { discard } from "../transport/index.ts";
import { type Answer, refuseRefusal, type Steps, stepsOf } from "./answer-steps.ts";
import { Attempt } from "./attempt.ts";
import type { Batch } from "./batch.ts";
import { Delivery } from "./delivery.ts";
import type { ReaderStatus, ReadVia } from "./events.ts";
import { causeOfCut, isWorthRepeating, REPEATED_CUTS } from "./failure.ts";
import { CallersError, Interruption } from "./interruption.ts";
import type { ReaderSettings } from "./options.ts";
import { Place } from "./place.ts";
import type { Progress } from "./progress.ts";
import { Rest } from "./rest.ts";
import {
  afterAnswer,
  afterFailure,
  afterMark,
  afterPause,
  INITIAL_STATE,
  type LiveFacts,
  type ReaderState,
  withoutEvents,
} from "./state.ts";
import type { Mark } from "./steps.ts";

/** Live answers that bring nothing are paced when they come faster than this, in ms, a few times in a row. */
const BARREN_MS = 1_000;
const BARREN_ANSWERS = 3;

/** Event streams that fail so often in a row, and have brought nothing before, do not get through. */
const FAILED_EVENT_STREAMS = 2;

/** An attempt that lasted so long, in ms, was not one of a row of failures. */
const LASTING_MS = 5_000;

/** What a loop works with. */
export interface ReadRun<Out> {
  readonly host: StreamHost<Out, never>;
  readonly settings: ReaderSettings;
  readonly policy: RetryPolicy;
  /** Where the consumer is; the loop starts there, and after every failure begins there again. */
  readonly progress: Progress<Out>;
  /** Ends the loop, which throws the reason. */
  readonly stop: AbortSignal;
  /** Told what the loop is doing. */
  readonly report: (status: ReaderStatus) => void;
}

/** Requests pages and events one after the other until the end, through failures, pauses and changes of the way. */
export class ReadLoop<Out> {
  readonly #run: ReadRun<Out>;
  readonly #rest: Rest;
  #state: ReaderState = INITIAL_STATE;
  #place: Place | undefined;
  #delivery: Delivery<Out> | undefined;
  #attempt: Attempt | undefined;
  #failures = 0;
  /** Failures in a row, the last ones, that were bodies ending early. */
  #cuts = 0;
  #barren = 0;
  #isBehind = true;
  /** Whether event streams have brought something, and none has kept its first byte back since. */
  #eventsWork = false;

  constructor(run: ReadRun<Out>) {
    this.#run = run;
    this.#rest = new Rest(run.host.clock, run.stop);
    this.#beginAgain();
  }

  /** Whether the stream is closed and was read to its end. */
  get isClosed(): boolean {
    return this.#state.closed;
  }

  /** The batches, each to be asked for when the one before was handed out. */
  async *batches(): AsyncGenerator<Batch<Out>, void, undefined> {
    const unwatch = this.#run.settings.visibility.watch(this.#visibilityChanged, this.#online);
    try {
      for (;;) {
        const { via } = this.#state;
        if (via === "end") return;
        this.#run.stop.throwIfAborted();
        if (this.#mustPause()) await this.#pause();
        else yield* this.#once(via);
      }
    } finally {
      unwatch();
    }
  }

  /** One request, its answer, and what follows from how they went. */
  async *#once(via: ReadVia): AsyncGenerator<Batch<Out>, void, undefined> {
    const { host, progress, settings, stop } = this.#run;
    const startedAt = host.clock.now();
    const before = progress.checkpoint;
    const attempt = new Attempt(stop, host.clock, settings.silenceMs);
    this.#attempt = attempt;
    let failure: { readonly error: unknown } | undefined;
    try {
      const mark = yield* this.#request(via, attempt);
      // Events may end between data and the offset behind it; the data arrives again then.
      if (via === "sse") this.#beginAgain();
      this.#state = afterAnswer(this.#state, mark, this.#facts());
    } catch (error) {
      failure = { error };
    } finally {
      attempt.end();
      this.#attempt = undefined;
    }
    const lasted = host.clock.now() - startedAt;
    const moved = before?.offset !== progress.checkpoint?.offset;
    if (failure === undefined) return this.#pace(via !== "catch-up" && !moved && lasted < BARREN_MS);
    if (lasted >= LASTING_MS) this.#heal();
    await this.#recover(via, failure.error);
  }

  async *#request(via: ReadVia, attempt: Attempt): AsyncGenerator<Batch<Out>, Mark | undefined, undefined> {
    const { host, settings, report } = this.#run;
    const live = via === "catch-up" ? undefined : via;
    const requested = this.#place?.offset;
    const mayFallBack = via === "sse" && settings.live === "auto";
    report({ type: "connecting", via, attempt: this.#failures + 1 });
    if (mayFallBack) attempt.expectFirstByte(settings.bufferedAfterMs);
    const response = await host.transport.send({
      method: "GET",
      query: { offset: requested ?? TAIL_OFFSET_QUERY_VALUE, live, cursor: live && this.#state.cursor },
      signal: attempt.signal,
      // A long-poll is silent by design; servers let it wait for 20 or 30 s.
      timeoutMs: via === "long-poll" ? 2 * settings.silenceMs : settings.silenceMs,
    });
    const answer: Answer = { response, via, requested, mayFallBack, attempt };
    try {
      await refuseRefusal(answer, host);
      const stream = response.headers.get(STREAM_ID_HEADER);
      this.#place?.identify(stream);
      if (stream !== null) host.identify?.(stream);
      const steps = stepsOf(answer, host.codec);
      if (live !== undefined) report({ type: "live", via });
      const mark = yield* this.#deliver(steps, stream);
      if (mark?.closed && (this.#place?.skip ?? 0) > 0) {
        throw new StreamGoneError({ detail: "The closed stream ends before the checkpoint: it is another one" });
      }
      return mark;
    } finally {
      discard(response);
    }
  }

  async *#deliver(steps: Steps, stream: string | null): AsyncGenerator<Batch<Out>, Mark | undefined, undefined> {
    const { progress, stop } = this.#run;
    let last: Mark | undefined;
    for await (const step of steps) {
      const offset = this.#place?.offset;
      if (this.#delivery === undefined) {
        // `now` is resolved: from here on the place is an offset like any other.
        if (step.mark !== undefined) this.#settleAt(new Place({ stream, offset: step.mark.offset, index: 0 }));
      } else {
        for await (const batch of this.#delivery.take(step)) {
          this.#heal();
          yield batch;
          stop.throwIfAborted();
        }
      }
      const place = this.#place;
      if (place === undefined) continue;
      progress.settle(place.checkpoint);
      if (step.mark === undefined) continue;
      last = step.mark;
      this.#state = afterMark(this.#state, last);
      if (this.#state.via === "sse") this.#eventsWork = true;
      if (place.offset !== offset) this.#heal();
      this.#noticeTail(last.upToDate && place.skip === 0);
    }
    return last;
  }

  #noticeTail(isTail: boolean): void {
    this.#run.progress.catchUp(isTail);
    if (isTail && this.#isBehind) this.#run.report({ type: "caught-up" });
    this.#isBehind = !isTail;
  }

  /** Keeps a server or a proxy that answers at once, again and again and with nothing, from being asked in a hot loop. */
  async #pace(wasBarren: boolean): Promise<void> {
    this.#barren = wasBarren ? this.#barren + 1 : 0;
    const excess = this.#barren - BARREN_ANSWERS;
    if (excess >= 0) await this.#rest.wait(retryDelay(excess + 1, this.#run.policy, this.#run.host.random));
  }

  async #recover(via: ReadVia, error: unknown): Promise<void> {
    const { stop, settings, policy, host, report } = this.#run;
    stop.throwIfAborted();
    if (error instanceof CallersError) throw error.error;
    this.#beginAgain();
    if (error instanceof Interruption) return this.#goOn(error);
    this.#failures += 1;
    const attempt = this.#failures;
    const isHopelessWay = via === "sse" && !this.#eventsWork && attempt >= FAILED_EVENT_STREAMS;
    if (isHopelessWay) this.#state = withoutEvents(this.#state);
    this.#state = afterFailure(this.#state, this.#facts());
    const cut = causeOfCut(error);
    this.#cuts = cut === undefined ? 0 : this.#cuts + 1;
    const hopeless = this.#cuts < REPEATED_CUTS ? undefined : cut;
    const willRetry = hopeless === undefined && isWorthRepeating(error) && attempt < policy.maxAttempts;
    const decision = await settings.onError(hopeless ?? error, { attempt, willRetry });
    stop.throwIfAborted();
    if (decision === "throw" || (decision === undefined && !willRetry)) throw hopeless ?? error;
    const delayMs = retryDelay(attempt, policy, host.random, retryAfterMsOf(error));
    report({ type: "retrying", attempt, delayMs, error });
    await this.#rest.wait(delayMs);
  }

  /** Whatever fails from here on is the first of another row of failures. */
  #heal(): void {
    this.#failures = 0;
    this.#cuts = 0;
  }

  #goOn({ why }: Interruption): void {
    if (why === "buffered") {
      // Where events have worked, a slow network is likelier than a proxy that has just moved in; once.
      if (!this.#eventsWork) this.#state = withoutEvents(this.#state);
      this.#eventsWork = false;
    }
    this.#state = afterFailure(this.#state, this.#facts());
  }

  /** What arrived and was not handed out is forgotten, and will arrive again. */
  #beginAgain(): void {
    const { checkpoint } = this.#run.progress;
    if (checkpoint !== undefined) this.#settleAt(new Place(checkpoint));
  }

  #settleAt(place: Place): void {
    this.#place = place;
    this.#delivery = new Delivery(this.#run.host.codec, place, this.#run.settings.onInvalid);
    this.#run.progress.settle(place.checkpoint);
  }

  #facts(): LiveFacts {
    const { host, settings } = this.#run;
    return { live: settings.live, framing: host.codec.framing, isExact: this.#place?.isExact ?? true };
  }

  /** Only a live read rests: whoever opens a page in the background finds it caught up. */
  #mustPause(): boolean {
    const { pauseWhenHidden, visibility } = this.#run.settings;
    return pauseWhenHidden && this.#state.via !== "catch-up" && visibility.isHidden();
  }

  async #pause(): Promise<void> {
    this.#run.report({ type: "paused" });
    while (this.#mustPause()) await this.#rest.wait();
    this.#state = afterPause(this.#state);
  }

  readonly #visibilityChanged = (): void => {
    if (this.#mustPause()) this.#attempt?.interrupt(new Interruption("hidden"));
    else this.#rest.wake();
  };

  /** Connections from before the network went are dead, and nobody tells. */
  readonly #online = (): void => {
    this.#attempt?.interrupt(new Interruption("online"));
    this.#rest.wake();
  };
}
