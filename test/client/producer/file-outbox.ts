import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { OutboxRecord, ProducerOutbox } from "../../../src/client/producer/index.ts";

interface FileRecord extends Omit<OutboxRecord, "batches"> {
  readonly batches: readonly { epoch: number; seq: number; closes: boolean; body: string | null }[];
}

/** An outbox in one file, written beside it and moved into place, so that a kill leaves one record or the other. */
export class FileOutbox implements ProducerOutbox {
  readonly #path: string;
  readonly #onSave: (record: OutboxRecord) => void;

  /**
   * @param path The file.
   * @param onSave Is told of each record that is safe.
   */
  constructor(path: string, onSave: (record: OutboxRecord) => void = () => {}) {
    this.#path = path;
    this.#onSave = onSave;
  }

  async open(): Promise<OutboxRecord | undefined> {
    if (!existsSync(this.#path)) return undefined;
    const record: FileRecord = JSON.parse(readFileSync(this.#path, "utf8"));
    const batches = record.batches.map(({ body, ...batch }) => ({
      ...batch,
      body: body === null ? undefined : Uint8Array.from(Buffer.from(body, "base64")),
    }));
    return { ...record, batches };
  }

  async save(_: string, record: OutboxRecord): Promise<void> {
    const batches = record.batches.map(({ body, ...batch }) => ({
      ...batch,
      body: body === undefined ? null : Buffer.from(body).toString("base64"),
    }));
    writeFileSync(`${this.#path}.new`, JSON.stringify({ ...record, batches } satisfies FileRecord));
    renameSync(`${this.#path}.new`, this.#path);
    this.#onSave(record);
  }

  async close(): Promise<void> {}
}
