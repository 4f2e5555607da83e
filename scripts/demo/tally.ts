import { createHash } from "node:crypto";

/** What passed one point, in numbers that must be the same at every other point. */
export interface TallyResult {
  /** How many messages. */
  readonly messages: number;
  /** How many bytes the lines in them have together. */
  readonly bytes: number;
  /** SHA-256 of these bytes, in hex. */
  readonly sha256: string;
}

/** Counts lines and hashes them as they pass; keeps none. */
export class Tally {
  readonly #hash = createHash("sha256");
  #messages = 0;
  #bytes = 0;

  /**
   * Counts bytes.
   *
   * @param bytes - The next ones of the whole.
   */
  addBytes(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }

  /** Counts one message. */
  addMessage(): void {
    this.#messages += 1;
  }

  /** The numbers. Call it once, when everything has passed. */
  result(): TallyResult {
    return { messages: this.#messages, bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }
}
