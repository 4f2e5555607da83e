import { STREAM_ID_HEADER, TAIL_OFFSET_QUERY_VALUE } from "../../shared/constants.ts";
import { MalformedResponseError, TransportError } from "../../shared/errors/client-errors.ts";
import { StreamGoneError } from "../../shared/errors/stream-state-errors.ts";
import { isTransient, retryAfterMsOf, retryDelay, sleep } from "../retry/index.ts";
import { discard, noticeIdentity, untilAborted } from "../transport/index.ts";
import { type Answer, refuseRefusal, stepsOf } from "./answer.ts";
import { Attempt } from "./attempt.ts";
import type { Batch } from "./batch.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { Delivery } from "./delivery.ts";
import type { ReadVia } from "./events.ts";
import { BUFFERED, CallersError, INTERRUPTED } from "./interruption.ts";
import type { ReadRun } from "./run.ts";
import type { Mark } from "./steps.ts";

/** Live answers that bring nothing are paced when they come faster than this, in ms, a few times in a row. */
const BARREN_MS = 1_000;
const BARREN_ANSWERS = 3;

/** Event streams that fail so often in a row, and have brought nothing before, do not get through. */
const FAILED_EVENT_STREAMS = 2;

/** A body that ends early this many times in a row without anything new was not cut on the way. */
const REPEATED_CUTS = 3;

/** An attempt that lived so long, in ms, was not one of a row of failures. */
const LIVED_MS = 5_000;

/** Requests pages and events one after the other until the end, through failures, pauses and changes of the way. */
export class ReadLoop<Out> {
  readonly #run: ReadRun<Out>;
  /**
   * How the next request reads; `end` when there is nothing more to read for. Every read begins with pages: they are
   * cached, large, and the only ones that bring text byte for byte.
   */
  #via: ReadVia | "end" = "catch-up";
  /** The last cursor, for live requests (PROTOCOL.md §10.1). */
  #cursor: string | undefined;
  /** Whether event streams do not get through, so that `auto` means long-poll from now on. */
  #noEvents = false;
  /** Whether event streams have brought something, and none has kept its first byte back since. */
  #eventsWork = false;
  #delivery: Delivery<Out> | undefined;
  #attempt: Attempt | undefined;
  #wake: (() => void) | undefined;
  #failures = 0;
  /** Failures in a row, the last ones, that were bodies ending early. */
  #cuts = 0;
  #barren = 0;
  #isBehind = true;
  /** Whether the stream is closed and was read to its end. */
  isClosed = false;

  constructor(run: ReadRun<Out>) {
    this.#run = run;
    this.#beginAgain();
  }

  /** The batches, each to be asked for when the one before was handed out. */
  async *batches(): AsyncGenerator<Batch<Out>, void, undefined> {
    const { settings, stop } = this.#run;
    const unwatch = settings.visibility.watch(
      () => (this.#mustPause() ? this.#attempt?.interrupt(INTERRUPTED) : this.#wake?.()),
      // Connections from before the network went are dead, and nobody tells.
      () => {
        this.#attempt?.interrupt(INTERRUPTED);
        this.#wake?.();
      },
    );
    try {
      while (this.#via !== "end") {
        stop.throwIfAborted();
        if (this.#mustPause()) await this.#pause();
        else yield* this.#once(this.#via);
      }
    } finally {
      unwatch();
    }
  }

  /** One request, its answer, and what follows from how they went. */
  async *#once(via: ReadVia): AsyncGenerator<Batch<Out>, void, undefined> {
    const { host, progress, settings } = this.#run;
    const { clock } = host;
    const startedAt = clock.now();
    const before = progress.checkpoint?.offset;
    const attempt = new Attempt(this.#run);
    this.#attempt = attempt;
    let failure: { readonly error: unknown } | undefined;
    try {
      const mark = yield* this.#request(via, attempt);
      // Events may end between data and the offset behind it; the data arrives again then.
      if (via === "sse") this.#beginAgain();
      if (mark?.closed) {
        this.#via = "end";
        this.isClosed = true;
      } else if (via !== "catch-up" || mark?.upToDate) this.#goLive();
    } catch (error) {
      failure = { error };
    } finally {
      attempt.end();
      this.#attempt = undefined;
    }
    if (failure) {
      if (attempt.livedMs >= LIVED_MS) this.#heal();
      await this.#recover(via, failure.error);
    } else {
      // Keeps a server or a proxy that answers at once, again and again and with nothing, from being asked in a hot loop.
      const lasted = clock.now() - startedAt;
      const wasBarren = via !== "catch-up" && before === progress.checkpoint?.offset && lasted < BARREN_MS;
      this.#barren = wasBarren ? this.#barren + 1 : 0;
      const excess = this.#barren - BARREN_ANSWERS;
      if (excess >= 0) await this.#rest(retryDelay(excess + 1, settings.retry, host.random));
    }
  }

  async *#request(via: ReadVia, attempt: Attempt): AsyncGenerator<Batch<Out>, Mark | undefined, undefined> {
    const { host, settings, stop, report } = this.#run;
    const live = via === "catch-up" ? undefined : via;
    const requested = this.#delivery?.offset;
    const mayFallBack = via === "sse" && settings.live === "auto";
    report({ type: "connecting", via, attempt: this.#failures + 1 });
    if (mayFallBack) attempt.expectFirstByte(settings.bufferedAfterMs);
    const response = await host.transport.send({
      method: "GET",
      query: { offset: requested ?? TAIL_OFFSET_QUERY_VALUE, live, cursor: live && this.#cursor },
      signal: attempt.signal,
      // A long-poll is silent by design; servers let it wait for 20 or 30 s.
      timeoutMs: via === "long-poll" ? 2 * settings.silenceMs : settings.silenceMs,
    });
    const answer: Answer = { response, via, requested, mayFallBack, attempt };
    try {
      await refuseRefusal(answer, host);
      const stream = response.headers.get(STREAM_ID_HEADER);
      if (stream !== null) this.#delivery?.identify(stream);
      noticeIdentity(response.headers, host);
      const steps = stepsOf(answer, host.codec);
      if (live !== undefined) report({ type: "live", via });
      let last: Mark | undefined;
      for await (const step of steps) {
        const before = this.#delivery?.offset;
        for await (const batch of this.#delivery?.take(step) ?? []) {
          this.#heal();
          yield batch;
          stop.throwIfAborted();
        }
        // `now` is resolved: from here on the place is an offset like any other.
        if (!this.#delivery && step.mark) this.#settleAt({ stream, offset: step.mark.offset, index: 0 });
        this.#pass(step.mark, before);
        last = step.mark ?? last;
      }
      if (last?.closed && this.#delivery?.skip) {
        throw new StreamGoneError({ detail: "The closed stream ends before the checkpoint" });
      }
      return last;
    } finally {
      discard(response);
    }
  }

  /** Everything that came is handed out, up to a mark if there is one; the step began at `before`. */
  #pass(mark: Mark | undefined, before: Checkpoint["offset"] | undefined): void {
    const { progress, report } = this.#run;
    const delivery = this.#delivery;
    if (!delivery) return;
    progress.settle(delivery.checkpoint);
    if (!mark) return;
    // Whatever becomes of the answer, live requests echo its cursor.
    this.#cursor = mark.cursor ?? this.#cursor;
    this.#eventsWork ||= this.#via === "sse";
    if (delivery.offset !== before) this.#heal();
    const isTail = mark.upToDate && delivery.skip === 0;
    progress.catchUp(isTail);
    if (isTail && this.#isBehind) report({ type: "caught-up" });
    this.#isBehind = !isTail;
  }

  async #recover(via: ReadVia, error: unknown): Promise<void> {
    const { stop, settings, host, report } = this.#run;
    stop.throwIfAborted();
    if (error instanceof CallersError) throw error.error;
    this.#beginAgain();
    if (error === INTERRUPTED || error === BUFFERED) {
      if (error === BUFFERED) {
        // Where events have worked, a slow network is likelier than a proxy that has just moved in; once.
        this.#noEvents ||= !this.#eventsWork;
        this.#eventsWork = false;
      }
      return this.#stayLive();
    }
    this.#failures += 1;
    const attempt = this.#failures;
    this.#noEvents ||= via === "sse" && !this.#eventsWork && attempt >= FAILED_EVENT_STREAMS;
    this.#stayLive();
    const cause = error instanceof TransportError ? error.cause : undefined;
    this.#cuts = cause instanceof MalformedResponseError ? this.#cuts + 1 : 0;
    // Repeating has proved useless; what is wrong with the body says more then.
    const isHopeless = this.#cuts >= REPEATED_CUTS;
    const told = isHopeless ? cause : error;
    const willRetry = !isHopeless && isTransient(error) && attempt < settings.retry.maxAttempts;
    const decision = await untilAborted(settings.onError(told, { attempt, willRetry }), stop);
    stop.throwIfAborted();
    if (decision ? decision === "throw" : !willRetry) throw told;
    const delayMs = retryDelay(attempt, settings.retry, host.random, retryAfterMsOf(error));
    report({ type: "retrying", attempt, delayMs, error });
    await this.#rest(delayMs);
  }

  /** Whatever fails from here on is the first of another row of failures. */
  #heal(): void {
    this.#failures = 0;
    this.#cuts = 0;
  }

  /** What arrived and was not handed out is forgotten, and will arrive again. */
  #beginAgain(): void {
    const { checkpoint } = this.#run.progress;
    if (checkpoint) this.#settleAt(checkpoint);
  }

  #settleAt(checkpoint: Checkpoint): void {
    this.#delivery = new Delivery(this.#run, checkpoint);
    this.#run.progress.settle(checkpoint);
  }

  /** The tail is followed from here on, if it is to be followed. */
  #goLive(): void {
    const { host, settings } = this.#run;
    const { live } = settings;
    const isText = host.codec.framing === "text";
    // Text in events cannot be counted in the stream's bytes, so nothing could be skipped there.
    const prefersPolls = live === "auto" ? isText || this.#noEvents : isText && this.#delivery?.isExact === false;
    this.#via = live === false ? "end" : live === "long-poll" || prefersPolls ? "long-poll" : "sse";
  }

  /** After a failure the next request goes the same way, unless the place no longer allows it. */
  #stayLive(): void {
    if (this.#via !== "catch-up") this.#goLive();
  }

  /** Only a live read rests: whoever opens a page in the background finds it caught up. */
  #mustPause(): boolean {
    const { pauseWhenHidden, visibility } = this.#run.settings;
    return pauseWhenHidden && this.#via !== "catch-up" && visibility.isHidden();
  }

  async #pause(): Promise<void> {
    this.#run.report({ type: "paused" });
    while (this.#mustPause()) await this.#rest();
    // What was missed comes in pages.
    this.#via = "catch-up";
  }

  /** Waits, until it is woken unless a time is given. */
  async #rest(ms?: number): Promise<void> {
    const { host, stop } = this.#run;
    await sleep(ms, host.clock, stop, (wake) => {
      this.#wake = wake;
    });
  }
}
