import type { Offset } from "../../shared/brands.ts";
import { MalformedResponseError } from "../../shared/errors/client-errors.ts";
import { StreamGoneError } from "../../shared/errors/stream-state-errors.ts";
import type { Checkpoint } from "./checkpoint.ts";

/**
 * Where a reader stands while answers arrive without a failure in between: turns what arrives into what was delivered.
 *
 * Units are messages for JSON and bytes for everything else. A place begins at a checkpoint; what lies between its offset
 * and its index arrives again and is dropped, over as many pages and events as it takes. After a failure a new place
 * begins at the last checkpoint.
 */
export class Place {
  #stream: string | null;
  #offset: Offset;
  #index: number;
  #skip: number;
  #arrived = false;
  #checkpoint: Checkpoint;

  constructor(checkpoint: Checkpoint) {
    this.#checkpoint = checkpoint;
    this.#stream = checkpoint.stream;
    this.#offset = checkpoint.offset;
    this.#index = checkpoint.index;
    this.#skip = checkpoint.index;
  }

  /** Where the next request starts. */
  get offset(): Offset {
    return this.#offset;
  }

  /** Units that were delivered before and are still to arrive again. */
  get skip(): number {
    return this.#skip;
  }

  /** Whether everything before the offset was delivered, and nothing behind it. */
  get isExact(): boolean {
    return this.#index === 0;
  }

  /** The last position before which everything was delivered, and behind it nothing. */
  get checkpoint(): Checkpoint {
    // Below 0: the first bytes of a character came with the answer before and wait for the others.
    if (this.#index >= 0) this.#checkpoint = { stream: this.#stream, offset: this.#offset, index: this.#index };
    return this.#checkpoint;
  }

  /**
   * Notices the identity that an answer carries.
   *
   * @param stream The identity; `null` when the answer has none, which proves nothing.
   * @throws StreamGoneError when it is another than before.
   */
  identify(stream: string | null): void {
    if (stream === null) return;
    if (this.#stream !== null && this.#stream !== stream) {
      throw new StreamGoneError({ detail: "Another stream lives at the URL now" });
    }
    this.#stream = stream;
  }

  /**
   * Takes units that arrived.
   *
   * @returns How many of them, from the first on, were delivered before.
   */
  drop(arrived: number): number {
    if (arrived > 0) this.#arrived = true;
    const dropped = Math.min(this.#skip, arrived);
    this.#skip -= dropped;
    return dropped;
  }

  /** Counts units as delivered. @returns The index behind them. */
  deliver(units: number): number {
    this.#index += units;
    return this.#index;
  }

  /**
   * Goes on to an offset that the server named.
   *
   * @param offset The end of what arrived.
   * @param held Bytes before it that wait for the rest of their character.
   * @throws MalformedResponseError when something arrived and the offset is the same: reading on would repeat it.
   */
  moveTo(offset: Offset, held: number): void {
    if (offset === this.#offset) {
      if (this.#arrived) throw new MalformedResponseError({ detail: "The answer has data, and its end is its start" });
      return;
    }
    this.#offset = offset;
    this.#arrived = false;
    this.#index = this.#skip - held;
  }
}
