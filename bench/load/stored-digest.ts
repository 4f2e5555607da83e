import { createHash } from "node:crypto";

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = Buffer.from(",");

/**
 * Length and SHA-256 of a stream's bytes as they are stored, however they were cut into appends and pages: a JSON page's
 * brackets are not counted, and every message is followed by a comma. Holds one byte of what goes through.
 */
export class StoredDigest {
  readonly #hash = createHash("sha256");
  #length = 0;

  /** Bytes taken in so far. */
  get length(): number {
    return this.#length;
  }

  /** Takes in bytes in their stored form. */
  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#length += bytes.length;
  }

  /**
   * Takes in the body of an answer.
   *
   * @param body Its chunks.
   * @param json Whether it is a JSON array of messages.
   * @throws Error when a JSON page has no brackets around it.
   */
  async addPage(body: AsyncIterable<Uint8Array>, json: boolean): Promise<void> {
    if (json) return this.#addArray(body);
    for await (const chunk of body) this.add(chunk);
  }

  /** The SHA-256 in hex. Call it once. */
  finish(): string {
    return this.#hash.digest("hex");
  }

  /** A byte is held back until it is known not to be the last one. */
  async #addArray(body: AsyncIterable<Uint8Array>): Promise<void> {
    let opened = false;
    let held = new Uint8Array(0);
    for await (const chunk of body) {
      if (!opened && chunk[0] !== OPEN_BRACKET) throw new Error("A JSON page does not begin with [");
      const rest = opened ? chunk : chunk.subarray(1);
      opened = true;
      if (rest.length === 0) continue;
      this.add(held);
      this.add(rest.subarray(0, -1));
      held = rest.slice(-1);
    }
    if (held[0] !== CLOSE_BRACKET) throw new Error("A JSON page does not end with ]");
    this.add(COMMA);
  }
}
