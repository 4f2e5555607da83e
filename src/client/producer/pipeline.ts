import type { Offset } from "../../shared/brands.ts";
import { TransportError } from "../../shared/errors/client-errors.ts";
import { ProducerFencedError, ProducerSequenceConflictError } from "../../shared/errors/producer-errors.ts";
import { PayloadTooLargeError } from "../../shared/errors/request-errors.ts";
import { StreamClosedError } from "../../shared/errors/stream-state-errors.ts";
import { isTransient, retryAfterMsOf, retryDelay } from "../retry/index.ts";
import { AmbiguousAppendError } from "./ambiguous-append-error.ts";
import { type Batch, type Cargo, createBatch } from "./batch.ts";
import type { ProducerEvent } from "./events.ts";
import { type Answer, type ProducerHost, sendBatch } from "./exchange.ts";
import { Journal, type Journaled } from "./journal.ts";
import type { ProducerSettings } from "./options.ts";
import { isUncertain } from "./refusal.ts";
import { type PendingMessage, settleAll } from "./ticket.ts";

/** Whom a pipeline tells what becomes of batches. */
export interface PipelineListener {
  /** Something happened that people may watch. */
  emit(event: ProducerEvent): void;
  /** Some messages were rejected, and the producer goes on. */
  lost(error: unknown): void;
  /** The producer cannot go on: to be answered by ending everything. */
  failed(error: unknown): void;
}

/**
 * Brings batches to the server exactly once and in order.
 *
 * Only the first in line decides anything: the server waits for that one alone, so what it says of a later batch is
 * kept, or forgotten, until that one is first itself. So there is one place where a refusal is judged, and what happens
 * to five requests at once does not happen five times.
 */
export class Pipeline implements Journaled {
  readonly #host: ProducerHost;
  readonly #settings: ProducerSettings;
  readonly #listener: PipelineListener;
  /** Keeps the outbox at the state of the pipeline, if there is one. */
  readonly journal: Journal | undefined;
  readonly #signal: AbortSignal;
  #mayClaim: boolean;
  /** Everything formed and not settled, first in line first. */
  batches: Batch[] = [];
  /** The session of the next batch to be formed. */
  epoch: number;
  /** The number of the next batch to be formed. */
  nextSeq = 0;
  /** Where the stream ended at the last acknowledgement. */
  lastOffset: Offset | undefined;

  /**
   * @param host What the stream's handle lends.
   * @param settings The producer's options.
   * @param listener Whom to tell.
   * @param signal Ends everything; whoever makes it fire calls {@link Pipeline.stop}.
   */
  constructor(host: ProducerHost, settings: ProducerSettings, listener: PipelineListener, signal: AbortSignal) {
    const { epoch, autoClaim, outbox, id } = settings;
    this.#host = host;
    this.#settings = settings;
    this.#listener = listener;
    this.#signal = signal;
    this.#mayClaim = autoClaim;
    this.epoch = epoch;
    this.journal = outbox && new Journal(outbox, `${host.transport.url}#${encodeURIComponent(id)}`, this, signal);
  }

  /** Requests on their way. */
  get inFlight(): number {
    return this.batches.filter(({ phase }) => phase === "sending").length;
  }

  /** Whether another batch may be formed. */
  get hasRoom(): boolean {
    return this.batches.length < this.#settings.maxBufferedBatches;
  }

  /**
   * Takes up what an earlier producer has left in the outbox: it is sent again as it was, and the session moves on.
   *
   * @param stand Makes what stands for a batch until it is settled.
   * @throws What the outbox threw; OutboxBusyError when it has another owner.
   */
  async recover(stand: () => PendingMessage): Promise<void> {
    const record = await this.journal?.opened;
    if (this.#isOver || !record) return;
    for (const { epoch, seq, body, closes } of record.batches) {
      const cargo: Cargo = { messages: [stand()], body: body && new Uint8Array(body), closes };
      const isFirst = epoch === record.batches[0]?.epoch;
      this.batches.push(createBatch(epoch, seq, cargo, isFirst ? "ready" : "kept", isFirst));
    }
    this.epoch = Math.max(this.#settings.epoch, record.epoch + 1);
    this.#step();
  }

  /**
   * Forms a batch: from here on its number and bytes are fixed.
   *
   * @param messages What it carries; one without bytes for a mere close.
   * @param closes Whether it closes the stream.
   */
  enqueue(messages: readonly PendingMessage[], closes = false): void {
    this.#form(this.#cargo(messages, closes));
    this.journal?.changed();
    this.#step();
  }

  /** Sends again at once what got no answer: the network is back. */
  hurry(): void {
    for (const batch of this.batches) {
      if (batch.phase === "delayed" && batch.verdict instanceof TransportError) this.#resume(batch);
    }
    this.#step();
  }

  /** Rejects what is pending, when the signal has fired. An outbox keeps what it has. */
  stop(reason: unknown): void {
    for (const { cargo } of this.#take()) settleAll(cargo.messages, Promise.reject(reason));
  }

  /**
   * See {@link Journaled.saved}.
   *
   * A session may not begin while the outbox still has batches of one before it: after a crash these would be sent
   * again, and be shut out by it for ever.
   */
  saved(batches: readonly Batch[]): void {
    for (const batch of batches) {
      const isWaiting = batch.phase === "formed" || batch.phase === "kept";
      if (isWaiting) batch.phase = batch.epoch === batches[0]?.epoch ? "ready" : "kept";
    }
    this.#step();
  }

  /**
   * See {@link Journaled.notSaved}.
   *
   * Where all that is left waits for this very save, nothing would ever call for another: the next producer does it.
   */
  notSaved(batches: readonly Batch[], error: unknown): void {
    if (this.#isOver) return;
    const unsaved = batches.filter(({ phase }) => phase === "formed");
    const [first] = unsaved;
    if (!first) {
      if (this.batches[0]?.phase === "kept") this.#fail(error);
      else this.#listener.lost(error);
      return;
    }
    // Nobody has seen the numbers of batches that the outbox refused: those formed meanwhile move up.
    const from = this.batches.indexOf(first);
    this.#renumber(this.batches.slice(from + unsaved.length), first.epoch, first.seq, from);
    for (const { cargo } of unsaved) this.#lose(cargo, error);
    this.#step();
  }

  get #isOver(): boolean {
    return this.#signal.aborted;
  }

  #cargo(messages: readonly PendingMessage[], closes: boolean): Cargo {
    const bodies = messages.map(({ bytes }) => bytes);
    const isMereClose = bodies.every(({ length }) => length === 0);
    return { messages, body: isMereClose ? undefined : this.#host.codec.join(bodies), closes };
  }

  /** Gives cargo the next number. */
  #form(cargo: Cargo): void {
    this.batches.push(createBatch(this.epoch, this.nextSeq, cargo, this.journal ? "formed" : "ready", false));
    this.nextSeq += 1;
  }

  /** Takes batches out of the line: all of them unless told otherwise. */
  #take(count = this.batches.length, from = 0): Batch[] {
    const taken = this.batches.splice(from, count);
    for (const batch of taken) {
      batch.phase = "settled";
      this.#host.clock.clearTimeout(batch.timer);
    }
    return taken;
  }

  /** Takes batches out of the line, from the first one on, as long as they pass. */
  #takeWhile(passes: (batch: Batch) => boolean): Batch[] {
    const rest = this.batches.findIndex((batch) => !passes(batch));
    return this.#take(rest < 0 ? undefined : rest);
  }

  /**
   * Gives everything from some place on new numbers. Only right for what is not stored, and for numbers that the server
   * has not seen: in a new epoch, or where nothing was sent.
   */
  #renumber(batches: readonly { readonly cargo: Cargo }[], epoch: number, seq: number, from = 0): void {
    this.#take(undefined, from);
    this.epoch = epoch;
    this.nextSeq = seq;
    for (const { cargo } of batches) this.#form(cargo);
    this.journal?.changed();
  }

  /** Does whatever can be done now. */
  #step(): void {
    for (let [head] = this.batches; head?.phase === "refused"; [head] = this.batches) {
      if (!this.#judge(head)) return;
    }
    for (const batch of this.#sendable()) this.#send(batch).catch((error: unknown) => this.#fail(error));
  }

  /**
   * What to send now.
   *
   * In an epoch's first request the server learns of the epoch, so nothing may be ahead of it or overtake it. A close
   * goes alone too: whatever arrived after it would be refused. And nothing goes past a batch that has to be sent again,
   * because it would arrive too early for certain.
   */
  #sendable(): Batch[] {
    const ready: Batch[] = [];
    const [head] = this.batches;
    for (const batch of this.batches.slice(0, this.#settings.maxInFlight)) {
      if (batch !== head && (head?.seq === 0 || batch.seq === 0 || batch.cargo.closes)) break;
      if (batch.phase === "ready") ready.push(batch);
      else if (batch.phase !== "sending") break;
    }
    return ready;
  }

  async #send(batch: Batch): Promise<void> {
    // Whoever watches the batch before may have ended it all.
    if (batch.phase !== "ready") return;
    const [head] = this.batches;
    batch.phase = "sending";
    batch.behind = head;
    batch.requests += 1;
    const { epoch, seq, requests: attempt, cargo } = batch;
    const { length: messages } = cargo.messages;
    this.#listener.emit({ type: "sent", epoch, seq, attempt, messages, bytes: cargo.body?.length ?? 0 });
    let answer: Answer | undefined;
    let failure: unknown;
    try {
      answer = await sendBatch(this.#host, this.#settings.id, batch, this.#signal);
    } catch (error) {
      failure = error;
    }
    if (batch.phase !== "sending") return;
    const isOurs = (other: Batch): boolean => other.epoch === epoch && (other.requests > 0 || other.maybeStored);
    if (!answer) this.#unanswered(batch, failure);
    else if (answer.highestSeq <= Math.max(...this.batches.filter(isOurs).map((other) => other.seq))) {
      this.#acknowledge(batch, answer);
    } else {
      // More is stored than was ever sent: somebody else writes in this epoch, and this batch may be his.
      const detail = `Another producer has used epoch ${epoch}`;
      this.#unanswered(batch, new ProducerFencedError({ currentEpoch: epoch, receivedEpoch: epoch }, { detail }), true);
    }
  }

  /**
   * Settles all that an answer proves: a server takes the batches of an epoch in order, so the highest number that it
   * has stands for all below it.
   */
  #acknowledge({ epoch, seq: askedSeq }: Batch, { offset, highestSeq, duplicate }: Answer): void {
    this.lastOffset = offset;
    const stored = this.#takeWhile((batch) => batch.epoch === epoch && batch.seq <= highestSeq);
    for (const batch of this.batches) if (batch.phase === "held") batch.phase = "ready";
    for (const { seq, cargo } of stored) {
      settleAll(cargo.messages, Promise.resolve({ offset, epoch, seq }));
      this.#listener.emit({ type: "acknowledged", epoch, seq, offset, duplicate: duplicate || seq !== askedSeq });
    }
    this.journal?.changed();
    this.#step();
  }

  #unanswered(batch: Batch, error: unknown, isOpen = isUncertain(error)): void {
    const { clock, random } = this.#host;
    const { retry } = this.#settings;
    batch.maybeStored ||= isOpen;
    if (error instanceof ProducerSequenceConflictError && batch.behind !== batch) {
      // It overtook its predecessors. When one of them has been acknowledged since, they may all be there by now.
      batch.phase = batch.behind === this.batches[0] ? "held" : "ready";
    } else {
      batch.failures += 1;
      batch.verdict = error;
      const { epoch, seq, failures } = batch;
      if (isTransient(error) && failures < retry.maxAttempts) {
        const delayMs = retryDelay(failures, retry, random, retryAfterMsOf(error));
        batch.phase = "delayed";
        batch.timer = clock.setTimeout(() => {
          this.#resume(batch);
          this.#step();
        }, delayMs);
        this.#listener.emit({ type: "retried", epoch, seq, failures, delayMs, error });
      } else {
        batch.phase = "refused";
      }
    }
    this.#step();
  }

  /** Ends a delay. */
  #resume(batch: Batch): void {
    this.#host.clock.clearTimeout(batch.timer);
    batch.phase = "ready";
  }

  /** Draws the consequence of a refusal of the first in line. @returns Whether one was drawn; otherwise it must wait. */
  #judge(head: Batch): boolean {
    const { verdict, cargo, seq } = head;
    if (verdict instanceof ProducerFencedError) return this.#fenced(verdict);
    if (verdict instanceof PayloadTooLargeError && cargo.messages.length > 1 && !head.maybeStored) {
      this.#split(head);
    } else if (verdict instanceof StreamClosedError && cargo.closes && !cargo.body) {
      // What was to be reached is: closing a closed stream succeeds (§4.1).
      this.#acknowledge(head, { offset: verdict.nextOffset, highestSeq: seq, duplicate: true });
    } else {
      this.#fail(verdict);
    }
    return true;
  }

  #fenced(error: ProducerFencedError): boolean {
    const { currentEpoch, receivedEpoch } = error;
    const claimedEpoch = this.#mayClaim ? Math.max(currentEpoch + 1, this.epoch) : undefined;
    // Later batches of the old epoch may have been stored before the fence; their answers tell, and count for this one.
    if (claimedEpoch && this.inFlight > 0) return false;
    this.#listener.emit({ type: "fenced", currentEpoch, receivedEpoch, claimedEpoch });
    if (claimedEpoch) {
      this.#mayClaim = false;
      // What follows a batch that was not stored was not stored either, whatever became of its answers, because a server
      // takes them in order.
      const ambiguous = this.#takeWhile(({ maybeStored }) => maybeStored);
      this.#renumber([...this.batches], claimedEpoch, 0);
      for (const { epoch, seq, cargo } of ambiguous) {
        this.#lose(cargo, new AmbiguousAppendError({ epoch, seq }, { cause: error }));
      }
    } else this.#fail(error);
    return true;
  }

  /**
   * A body that the server finds too large is not stored, so its messages may go in two. The first half takes its number
   * and moves those after it, but only while the server has not seen theirs: a request that is lost now may arrive
   * later, and would be taken for what has its number then. Otherwise everything not stored moves to a new epoch, which
   * shuts out whatever of the old one is still on its way.
   */
  #split(head: Batch): void {
    const later = this.batches.slice(1);
    const { messages, closes } = head.cargo;
    const middle = Math.ceil(messages.length / 2);
    const halves = [this.#cargo(messages.slice(0, middle), false), this.#cargo(messages.slice(middle), closes)];
    const isSeen = later.some(({ requests, maybeStored }) => requests > 0 || maybeStored);
    const { epoch, seq } = isSeen ? { epoch: head.epoch + 1, seq: 0 } : head;
    this.#renumber([...halves.map((cargo) => ({ cargo })), ...later], epoch, seq);
    this.#listener.emit({ type: "split", epoch, seq });
  }

  #lose({ messages }: Cargo, error: unknown): void {
    settleAll(messages, Promise.reject(error));
    this.#listener.lost(error);
  }

  #fail(error: unknown): void {
    if (!this.#isOver) this.#listener.failed(error);
  }
}
