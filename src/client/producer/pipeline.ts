import type { Offset } from "../../shared/brands.ts";
import { ProducerFencedError, ProducerSequenceConflictError } from "../../shared/errors/producer-errors.ts";
import { PayloadTooLargeError } from "../../shared/errors/request-errors.ts";
import { StreamClosedError } from "../../shared/errors/stream-state-errors.ts";
import { isTransient, retryAfterMsOf, retryDelay } from "../retry/index.ts";
import { AmbiguousAppendError } from "./ambiguous-append-error.ts";
import { Batch, type BatchPhase, type Cargo } from "./batch.ts";
import { type Answer, type ProducerHost, sendBatch } from "./exchange.ts";
import { Journal } from "./journal.ts";
import type { ProducerSettings } from "./options.ts";
import type { PipelineListener } from "./pipeline-listener.ts";
import { isUncertain } from "./refusal.ts";
import type { PendingMessage } from "./ticket.ts";
import { Window } from "./window.ts";

/**
 * Brings batches to the server exactly once and in order.
 *
 * Only the first in line decides anything: the server waits for that one alone, so what it says of a later batch is
 * kept, or forgotten, until that one is first itself. So there is one place where a refusal is judged, and what happens
 * to five requests at once does not happen five times.
 */
export class Pipeline {
  readonly #host: ProducerHost;
  readonly #settings: ProducerSettings;
  readonly #listener: PipelineListener;
  /** What is formed and not settled, and the numbers to come. */
  readonly window: Window;
  readonly #journal: Journal | undefined;
  readonly #ending = new AbortController();
  #mayClaim: boolean;
  #lastOffset: Offset | undefined;

  /**
   * @param host What the stream's handle lends.
   * @param settings The producer's options.
   * @param listener Whom to tell.
   */
  constructor(host: ProducerHost, settings: ProducerSettings, listener: PipelineListener) {
    const { epoch, autoClaim, outbox, id } = settings;
    this.#host = host;
    this.#settings = settings;
    this.#listener = listener;
    this.#mayClaim = autoClaim;
    this.window = new Window(epoch);
    if (outbox === undefined) return;
    this.#journal = new Journal(outbox, `${host.transport.url}#${encodeURIComponent(id)}`, this.window, {
      saved: (batches) => this.#saved(batches),
      notSaved: (batches, error) => this.#notSaved(batches, error),
    });
  }

  /** Requests on their way. */
  get inFlight(): number {
    return this.window.batches.filter(({ phase }) => phase === "sending").length;
  }

  /** Where the stream ended at the last acknowledgement. */
  get lastOffset(): Offset | undefined {
    return this.#lastOffset;
  }

  /** Whether another batch may be formed. */
  get hasRoom(): boolean {
    return this.window.batches.length < this.#settings.maxBufferedBatches;
  }

  /**
   * Takes up what an earlier producer has left in the outbox: it is sent again as it was, and the session moves on.
   *
   * @param stand Makes what stands for a batch until it is settled.
   * @throws What the outbox threw; OutboxBusyError when it has another owner.
   */
  async recover(stand: () => PendingMessage): Promise<void> {
    const record = await this.#journal?.open();
    if (this.#isOver || record === undefined) return;
    const batches = record.batches.map(
      ({ epoch, seq, body, closes }) =>
        new Batch(epoch, seq, { messages: [stand()], body: body && new Uint8Array(body), closes }, "ready", true),
    );
    this.window.restore(batches, Math.max(this.#settings.epoch, record.epoch + 1));
    this.#step();
  }

  /**
   * Forms a batch: from here on its number and bytes are fixed.
   *
   * @param messages What it carries; one without bytes for a mere close.
   * @param closes Whether it closes the stream.
   */
  enqueue(messages: readonly PendingMessage[], closes = false): void {
    this.window.form(this.#cargo(messages, closes), this.#firstPhase);
    this.#journal?.changed();
    this.#step();
  }

  /** Ends everything: what is pending is rejected, what is on its way is given up. An outbox keeps what it has. */
  stop(reason: unknown): void {
    if (this.#isOver) return;
    // First, lest it should save that nothing is left.
    this.#journal?.freeze();
    this.#ending.abort(reason);
    for (const batch of this.#retire(this.window.clear()))
      for (const message of batch.cargo.messages) message.settle({ error: reason });
  }

  /** Gives the outbox up, once it is at the state of the window. */
  async release(): Promise<void> {
    await this.#journal?.close();
  }

  get #isOver(): boolean {
    return this.#ending.signal.aborted;
  }

  get #firstPhase(): BatchPhase {
    return this.#journal === undefined ? "ready" : "formed";
  }

  #cargo(messages: readonly PendingMessage[], closes = false): Cargo {
    const isMereClose = messages.every(({ bytes }) => bytes.length === 0);
    const body = isMereClose ? undefined : this.#host.codec.join(messages.map(({ bytes }) => bytes));
    return { messages, body, closes };
  }

  /** Does whatever can be done now. */
  #step(): void {
    for (let head = this.window.head; head?.phase === "refused"; head = this.window.head) {
      if (!this.#judge(head)) return;
    }
    for (const batch of this.window.sendable(this.#settings.maxInFlight)) {
      this.#send(batch).catch((error: unknown) => this.#fail(error));
    }
  }

  async #send(batch: Batch): Promise<void> {
    // Whoever watches the batch before may have ended it all.
    if (batch.phase !== "ready") return;
    const { head } = this.window;
    batch.phase = "sending";
    batch.behind = head === batch ? undefined : head;
    batch.requests += 1;
    const { epoch, seq, requests: attempt, cargo } = batch;
    this.#listener.emit({
      type: "sent",
      epoch,
      seq,
      attempt,
      messages: cargo.messages.length,
      bytes: cargo.body?.length ?? 0,
    });
    let answer: Answer;
    try {
      answer = await sendBatch(this.#host, this.#settings.id, batch, this.#ending.signal);
    } catch (error) {
      if (batch.phase === "sending") this.#unanswered(batch, error);
      return;
    }
    if (batch.phase === "sending") this.#answered(batch, answer);
  }

  #answered(batch: Batch, answer: Answer): void {
    const { epoch } = batch;
    if (answer.highestSeq > this.window.highestExposed(epoch)) {
      // More is stored than was ever sent: somebody else writes in this epoch, and this batch may be his.
      const detail = `Another producer has used epoch ${epoch} of "${this.#settings.id}"`;
      this.#unanswered(batch, new ProducerFencedError({ currentEpoch: epoch, receivedEpoch: epoch }, { detail }), true);
    } else {
      this.#acknowledge(batch, answer);
    }
  }

  #acknowledge({ epoch, seq: askedSeq }: Batch, { offset, highestSeq, duplicate }: Answer): void {
    this.#lastOffset = offset;
    for (const { seq, cargo } of this.#retire(this.window.acknowledge(epoch, highestSeq))) {
      const acknowledgement = { offset, epoch, seq };
      for (const message of cargo.messages) message.settle({ acknowledgement });
      this.#listener.emit({ type: "acknowledged", epoch, seq, offset, duplicate: duplicate || seq !== askedSeq });
    }
    this.#journal?.changed();
    this.#step();
  }

  #unanswered(batch: Batch, error: unknown, isOpen = isUncertain(error)): void {
    batch.maybeStored ||= isOpen;
    if (error instanceof ProducerSequenceConflictError && batch.behind !== undefined) {
      // It overtook its predecessors. When one of them has been acknowledged since, they may all be there by now.
      batch.phase = batch.behind === this.window.head ? "held" : "ready";
    } else {
      batch.failures += 1;
      if (isTransient(error) && batch.failures < this.#settings.retry.maxAttempts) this.#delay(batch, error);
      else {
        batch.phase = "refused";
        batch.verdict = error;
      }
    }
    this.#step();
  }

  #delay(batch: Batch, error: unknown): void {
    const { clock, random } = this.#host;
    const { epoch, seq, failures } = batch;
    const delayMs = retryDelay(failures, this.#settings.retry, random, retryAfterMsOf(error));
    batch.phase = "delayed";
    batch.timer = clock.setTimeout(() => {
      batch.phase = "ready";
      this.#step();
    }, delayMs);
    this.#listener.emit({ type: "retried", epoch, seq, failures, delayMs, error });
  }

  /** Draws the consequence of a refusal of the first in line. @returns Whether one was drawn; otherwise it must wait. */
  #judge(head: Batch): boolean {
    const { verdict, cargo } = head;
    if (verdict instanceof ProducerFencedError) return this.#fenced(verdict);
    if (verdict instanceof PayloadTooLargeError && cargo.messages.length > 1 && !head.maybeStored) {
      this.#split(head);
    } else if (verdict instanceof StreamClosedError && cargo.closes && cargo.body === undefined) {
      // What was to be reached is: closing a closed stream succeeds (§4.1).
      this.#acknowledge(head, { offset: verdict.nextOffset, highestSeq: head.seq, duplicate: true });
    } else {
      this.#fail(verdict);
    }
    return true;
  }

  #fenced(error: ProducerFencedError): boolean {
    const { currentEpoch, receivedEpoch } = error;
    const claimedEpoch = this.#mayClaim ? currentEpoch + 1 : undefined;
    // Later batches of the old epoch may have been stored before the fence; their answers tell, and count for this one.
    if (this.#mayClaim && this.inFlight > 0) return false;
    this.#listener.emit({ type: "fenced", currentEpoch, receivedEpoch, claimedEpoch });
    if (claimedEpoch === undefined) {
      this.#fail(error);
      return true;
    }
    this.#mayClaim = false;
    const ambiguous = this.window.removeAmbiguous();
    this.#renumber(
      0,
      this.window.batches.map(({ cargo }) => cargo),
      claimedEpoch,
      0,
    );
    for (const { epoch, seq, cargo } of this.#retire(ambiguous)) {
      this.#lose(cargo, new AmbiguousAppendError({ epoch, seq }, { cause: error }));
    }
    return true;
  }

  /**
   * A body that the server finds too large is not stored, so its messages may go in two. The first half takes its number
   * and moves those after it, but only while the server has not seen theirs: a request that is lost now may arrive
   * later, and would be taken for what has its number then. Otherwise everything not stored moves to a new epoch, which
   * shuts out whatever of the old one is still on its way.
   */
  #split(head: Batch): void {
    const [, ...later] = this.window.batches;
    const { messages, closes } = head.cargo;
    const middle = Math.ceil(messages.length / 2);
    const halves = [this.#cargo(messages.slice(0, middle)), this.#cargo(messages.slice(middle), closes)];
    const cargoes = [...halves, ...later.map(({ cargo }) => cargo)];
    const isSeen = later.some((batch) => batch.isExposed);
    const { epoch, seq } = isSeen ? { epoch: head.epoch + 1, seq: 0 } : head;
    this.#renumber(0, cargoes, epoch, seq);
    this.#listener.emit({ type: "split", epoch, seq });
  }

  #renumber(from: number, cargoes: readonly Cargo[], epoch: number, seq: number): void {
    this.#retire(this.window.replace(from, cargoes, this.#firstPhase, epoch, seq));
    this.#journal?.changed();
  }

  #saved(batches: readonly Batch[]): void {
    for (const batch of batches) if (batch.phase === "formed") batch.phase = "ready";
    this.#step();
  }

  #notSaved(batches: readonly Batch[], error: unknown): void {
    if (this.#isOver) return;
    const unsaved = batches.filter(({ phase }) => phase === "formed");
    const [first] = unsaved;
    if (first === undefined) {
      this.#listener.lost(error);
      return;
    }
    // Nobody has seen the numbers of batches that the outbox refused: those formed meanwhile move up.
    const from = this.window.batches.indexOf(first);
    const rest = this.window.batches.slice(from).filter((batch) => !unsaved.includes(batch));
    this.#renumber(
      from,
      rest.map(({ cargo }) => cargo),
      first.epoch,
      first.seq,
    );
    for (const { cargo } of unsaved) this.#lose(cargo, error);
    this.#step();
  }

  #lose(cargo: Cargo, error: unknown): void {
    for (const message of cargo.messages) message.settle({ error });
    this.#listener.lost(error);
  }

  #retire(batches: readonly Batch[]): readonly Batch[] {
    for (const { timer } of batches) this.#host.clock.clearTimeout(timer);
    return batches;
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.stop(error);
    this.#listener.failed(error);
  }
}
