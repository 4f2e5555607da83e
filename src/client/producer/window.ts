import { Batch, type BatchPhase, type Cargo } from "./batch.ts";

/**
 * The batches that are formed and not settled, in the producer's order, and the numbers of those to come. It knows what
 * may be sent; it sends nothing itself.
 */
export class Window {
  #batches: Batch[] = [];
  #epoch: number;
  #nextSeq = 0;

  /** @param epoch The first session. */
  constructor(epoch: number) {
    this.#epoch = epoch;
  }

  /** The session of the next batch to be formed. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The number of the next batch to be formed. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** Everything not settled, first in line first. */
  get batches(): readonly Batch[] {
    return this.#batches;
  }

  /** The first in line: the only one that the server can be waiting for. */
  get head(): Batch | undefined {
    return this.#batches[0];
  }

  /** Gives cargo the next number. */
  form(cargo: Cargo, phase: BatchPhase): void {
    this.#batches.push(new Batch(this.#epoch, this.#nextSeq, cargo, phase));
    this.#nextSeq += 1;
  }

  /** Puts in line what an earlier process has left, and moves to the session after it. */
  restore(batches: readonly Batch[], epoch: number): void {
    this.#batches.push(...batches);
    this.#epoch = epoch;
  }

  /**
   * What to send now.
   *
   * In an epoch's first request the server learns of the epoch, so nothing may be ahead of it or overtake it. A close
   * goes alone too: whatever arrived after it would be refused. And nothing goes past a batch that has to be sent again,
   * because it would arrive too early for certain.
   *
   * @param maxInFlight Most batches on their way.
   */
  sendable(maxInFlight: number): Batch[] {
    const ready: Batch[] = [];
    for (const [index, batch] of this.#batches.slice(0, maxInFlight).entries()) {
      const goesAlone = batch.seq === 0 || batch.cargo.closes || this.head?.seq === 0;
      if (index > 0 && goesAlone) break;
      if (batch.phase === "ready") ready.push(batch);
      else if (batch.phase !== "sending") break;
    }
    return ready;
  }

  /** The highest number of an epoch that the server can have from us. */
  highestExposed(epoch: number): number {
    const seqs = this.#batches.filter((batch) => batch.epoch === epoch && batch.isExposed).map(({ seq }) => seq);
    return Math.max(-1, ...seqs);
  }

  /**
   * Settles all that an answer proves: a server takes the batches of an epoch in order, so the highest number that it
   * has stands for all below it.
   *
   * @returns What is settled now, in order.
   */
  acknowledge(epoch: number, seq: number): Batch[] {
    const rest = this.#batches.findIndex((batch) => batch.epoch !== epoch || batch.seq > seq);
    const settled = this.#remove(rest < 0 ? this.#batches.length : rest);
    for (const batch of this.#batches) if (batch.phase === "held") batch.phase = "ready";
    return settled;
  }

  /**
   * Settles the first in line that may have been stored. What follows a batch that was not stored was not stored
   * either, whatever became of its answers, because a server takes them in order.
   *
   * @returns What is settled now, in order.
   */
  removeAmbiguous(): Batch[] {
    const certain = this.#batches.findIndex((batch) => !batch.maybeStored);
    return this.#remove(certain < 0 ? this.#batches.length : certain);
  }

  /** Settles everything. */
  clear(): Batch[] {
    return this.#remove(this.#batches.length);
  }

  /**
   * Gives everything from some place on new numbers. Only right for what is not stored, and for numbers that the server
   * has not seen: in a new epoch, or where nothing was sent.
   *
   * @param from Place in line of the first to be replaced.
   * @param cargoes What comes there instead.
   * @param phase Where they begin.
   * @param epoch Session of the first.
   * @param seq Number of the first.
   * @returns What was replaced.
   */
  replace(from: number, cargoes: readonly Cargo[], phase: BatchPhase, epoch: number, seq: number): Batch[] {
    const replaced = this.#remove(this.#batches.length - from, from);
    this.#epoch = epoch;
    this.#nextSeq = seq;
    for (const cargo of cargoes) this.form(cargo, phase);
    return replaced;
  }

  #remove(count: number, from = 0): Batch[] {
    const removed = this.#batches.splice(from, count);
    for (const batch of removed) batch.phase = "settled";
    return removed;
  }
}
