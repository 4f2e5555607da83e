import { StreamGoneError } from "../../shared/errors/stream-state-errors.ts";

/** Remembers which stream answers at a URL (§11.1). */
export class StreamIdentity {
  #known: string | undefined;

  /**
   * Notices the identity that an answer carries; the first one is remembered.
   *
   * @throws StreamGoneError when it is not the one remembered.
   */
  notice(streamId: string): void {
    this.#known ??= streamId;
    if (this.#known === streamId) return;
    throw new StreamGoneError({ detail: "The stream was deleted, and another one was created at its URL" });
  }

  /** Starts over, with the identity of a stream just created, or with none. */
  reset(streamId?: string | undefined): void {
    this.#known = streamId;
  }
}
