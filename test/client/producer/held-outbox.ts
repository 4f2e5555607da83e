import type { OutboxRecord, ProducerOutbox } from "../../../src/client/producer/index.ts";

/** An outbox whose saves the test lets through, or refuses. */
export class HeldOutbox implements ProducerOutbox {
  readonly saves: { readonly record: OutboxRecord; allow(): void; refuse(error: Error): void }[] = [];
  readonly kept: OutboxRecord | undefined;
  closed = 0;

  /** @param kept What an earlier producer has left. */
  constructor(kept?: OutboxRecord) {
    this.kept = kept;
  }

  async open(): Promise<OutboxRecord | undefined> {
    return this.kept;
  }

  save(_: string, record: OutboxRecord): Promise<void> {
    return new Promise((allow, refuse) => {
      this.saves.push({ record, allow, refuse });
    });
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}
