import {
  isStreamError,
  RateLimitedError,
  StreamClosedError,
  StreamGoneError,
  StreamNotFoundError,
  TransportError,
} from "durable-cf-streams";
import { OutboxBusyError, type ReaderStatus } from "durable-cf-streams/client";

/** What the page says that it is at, and which colour goes with it. */
export interface State {
  readonly look: "busy" | "live" | "trouble" | "over";
  readonly words: string;
}

/**
 * Puts what a reader is doing into words.
 *
 * @param status The reader's.
 * @param isOnline Whether there is a network, as far as the browser knows.
 */
export function stateOf(status: ReaderStatus, isOnline: boolean): State {
  switch (status.type) {
    case "idle":
      return { look: "busy", words: "Connecting…" };
    case "connecting":
      // A connection that a server ends each minute is no news.
      if (status.attempt > 1) return trouble(isOnline);
      return status.via === "catch-up" ? { look: "busy", words: "Catching up…" } : { look: "live", words: "Live" };
    case "caught-up":
    case "live":
      return { look: "live", words: "Live" };
    case "retrying":
      return trouble(isOnline);
    case "paused":
      return { look: "busy", words: "Paused while hidden" };
    case "closed":
      return { look: "over", words: "Closed" };
    case "stopped":
      return { look: "over", words: "Stopped" };
    case "failed":
      return isGone(status.error) ? { look: "over", words: "Deleted" } : { look: "trouble", words: "Stopped" };
  }
}

function trouble(isOnline: boolean): State {
  return { look: "trouble", words: isOnline ? "Reconnecting…" : "Offline" };
}

/** Whether the stream is not there any more. */
export function isGone(error: unknown): boolean {
  return error instanceof StreamNotFoundError || error instanceof StreamGoneError;
}

/** Says what went wrong, and where possible what to do. */
export function wordsOf(error: unknown): string {
  if (error instanceof TransportError) return "The server cannot be reached. Is it running?";
  if (error instanceof StreamClosedError) return "The stream is closed: nobody can append to it any more.";
  if (error instanceof RateLimitedError) return "The server has enough of us for now. Try again in a while.";
  if (error instanceof OutboxBusyError) return "Another tab is still writing in this one's name. Reload the page.";
  if (isGone(error)) return "The stream is not there any more.";
  if (isStreamError(error) || error instanceof Error) return error.message.replace(/[^.!?]$/, "$&.");
  return String(error);
}
