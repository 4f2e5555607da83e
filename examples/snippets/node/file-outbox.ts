import { open, readFile, rename } from "node:fs/promises";
import type { OutboxRecord, ProducerOutbox } from "durable-cf-streams/client";

/** Keeps one producer's batches in a file. One process at a time may use it. */
export class FileOutbox implements ProducerOutbox {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async open(): Promise<OutboxRecord | undefined> {
    const text = await readFile(this.#path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    return text === undefined ? undefined : JSON.parse(text, reviveBytes);
  }

  async save(_key: string, record: OutboxRecord): Promise<void> {
    // Beside the old record first: a crash leaves the one or the other.
    const next = `${this.#path}.next`;
    const file = await open(next, "w");
    await file.writeFile(JSON.stringify(record, replaceBytes));
    await file.sync();
    await file.close();
    await rename(next, this.#path);
  }

  async close(): Promise<void> {}
}

function replaceBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { base64: Buffer.from(value).toString("base64") } : value;
}

function reviveBytes(_key: string, value: unknown): unknown {
  const isBytes = typeof value === "object" && value !== null && "base64" in value && typeof value.base64 === "string";
  return isBytes ? new Uint8Array(Buffer.from(String(value.base64), "base64")) : value;
}
