import { OutboxBusyError } from "./busy-error.ts";
import type { OutboxRecord, ProducerOutbox } from "./contract.ts";

/**
 * An outbox that lives as long as the process: batches outlive the producer that formed them, not a crash.
 *
 * @example
 * ```ts
 * const outbox = new MemoryOutbox();
 * const first = stream.producer({ id: "orders", outbox });
 * first.abort();
 * await first[Symbol.asyncDispose](); // the outbox is free
 * const second = stream.producer({ id: "orders", outbox }); // sends what the first one has left
 * ```
 */
export class MemoryOutbox implements ProducerOutbox {
  readonly #records = new Map<string, OutboxRecord>();
  readonly #owned = new Set<string>();

  /** See {@link ProducerOutbox.open}. @throws OutboxBusyError when another producer has it. */
  async open(key: string): Promise<OutboxRecord | undefined> {
    if (this.#owned.has(key)) throw new OutboxBusyError({ key });
    this.#owned.add(key);
    return this.#records.get(key);
  }

  /** See {@link ProducerOutbox.save}. */
  async save(key: string, record: OutboxRecord): Promise<void> {
    this.#records.set(key, record);
  }

  /** See {@link ProducerOutbox.close}. */
  async close(key: string): Promise<void> {
    this.#owned.delete(key);
  }
}
