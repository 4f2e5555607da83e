import type { OutboxRecord, ProducerOutbox } from "durable-cf-streams/client";

/** Gives up the batches that are in an outbox, for a producer that begins anew; which session comes next is kept. */
export class EmptiedOutbox implements ProducerOutbox {
  readonly #outbox: ProducerOutbox;

  /** @param outbox What to empty, when it is opened. */
  constructor(outbox: ProducerOutbox) {
    this.#outbox = outbox;
  }

  async open(key: string): Promise<OutboxRecord | undefined> {
    const record = await this.#outbox.open(key);
    if (record === undefined) return undefined;
    const emptied = { ...record, batches: [] };
    await this.#outbox.save(key, emptied);
    return emptied;
  }

  save(key: string, record: OutboxRecord): Promise<void> {
    return this.#outbox.save(key, record);
  }

  close(key: string): Promise<void> {
    return this.#outbox.close(key);
  }
}
