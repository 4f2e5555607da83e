import { encodeBase64Data } from "../../../shared/base64.ts";
import type { OutboxBatch, OutboxRecord, ProducerOutbox } from "./contract.ts";
import { own, type Release } from "./ownership.ts";

/** What is used of `localStorage` and `sessionStorage`. */
export interface StringStorage {
  /** What was set under the key; `null` when nothing was. */
  getItem(key: string): string | null;
  /** Sets it. @throws When there is no room. */
  setItem(key: string, value: string): void;
}

/** A record as JSON, its bodies in base64. */
interface StoredRecord extends Omit<OutboxRecord, "batches"> {
  readonly batches: readonly (Omit<OutboxBatch, "body"> & { readonly body?: string | undefined })[];
}

function write(record: OutboxRecord): string {
  const batches = record.batches.map((batch) => ({ ...batch, body: batch.body && encodeBase64Data(batch.body) }));
  return JSON.stringify({ ...record, batches } satisfies StoredRecord);
}

function read(text: string): OutboxRecord {
  const record: StoredRecord = JSON.parse(text);
  return {
    ...record,
    batches: record.batches.map(({ body, ...batch }) => ({
      ...batch,
      body: body === undefined ? undefined : Uint8Array.from(atob(body), (character) => character.charCodeAt(0)),
    })),
  };
}

/**
 * An outbox in Web Storage: batches survive a reload and, in `localStorage`, the browser.
 *
 * Browsers allow about 5 MB for an origin, of which base64 takes a third; a full storage rejects the tickets of what
 * does not fit. With Web Locks, one producer per stream and id in the whole origin; without, in this page.
 *
 * @example
 * ```ts
 * const producer = stream.producer({ id: clientId, outbox: new WebStorageOutbox(localStorage) });
 * ```
 */
export class WebStorageOutbox implements ProducerOutbox {
  readonly #storage: StringStorage;
  readonly #prefix: string;
  readonly #releases = new Map<string, Release>();

  /**
   * @param storage `localStorage` or `sessionStorage`.
   * @param prefix Comes before every key.
   */
  constructor(storage: StringStorage, prefix = "durable-cf-streams:") {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  /** See {@link ProducerOutbox.open}. @throws OutboxBusyError when another producer has it. */
  async open(key: string): Promise<OutboxRecord | undefined> {
    const name = this.#prefix + key;
    const release = await own(name);
    try {
      const text = this.#storage.getItem(name);
      const record = text === null ? undefined : read(text);
      this.#releases.set(key, release);
      return record;
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** See {@link ProducerOutbox.save}. @throws A `QuotaExceededError` when the storage is full. */
  async save(key: string, record: OutboxRecord): Promise<void> {
    this.#storage.setItem(this.#prefix + key, write(record));
  }

  /** See {@link ProducerOutbox.close}. */
  async close(key: string): Promise<void> {
    const release = this.#releases.get(key);
    this.#releases.delete(key);
    await release?.();
  }
}
