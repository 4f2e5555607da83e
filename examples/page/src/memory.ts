import type { Checkpoint } from "durable-cf-streams/client";
import type { SavedLog } from "./log.ts";

/** What a reload needs to go on at the message: what was shown, and the position behind it. One item, so both or none. */
export interface Memory {
  readonly checkpoint: Checkpoint;
  readonly log: SavedLog;
}

const PREFIX = "durable-cf-streams:read:";

/**
 * What this tab knows of a stream.
 *
 * @param url Where the stream lives.
 * @param streamId Its identity now.
 * @returns `undefined` for a stream that the tab has not read, also when it has read another one at that URL.
 */
export function recall(url: string, streamId: string): Memory | undefined {
  const text = sessionStorage.getItem(PREFIX + url);
  if (text === null) return undefined;
  const memory: Memory = JSON.parse(text);
  return memory.checkpoint.stream === streamId ? memory : undefined;
}

/** Keeps what this tab knows of a stream, for the next load of the page. */
export function remember(url: string, memory: Memory): void {
  try {
    sessionStorage.setItem(PREFIX + url, JSON.stringify(memory));
  } catch {
    // The storage is full: the next load reads from the start, which takes longer and is no less right.
    sessionStorage.removeItem(PREFIX + url);
  }
}
