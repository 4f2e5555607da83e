import type { Checkpoint } from "durable-cf-streams/client";

/** What this tab has of an answer: the text, and the position behind it. Stored as one item, so both or none. */
export interface Progress {
  readonly text: string;
  readonly checkpoint: Checkpoint;
}

/** What this tab had of an answer before the page was loaded; `undefined` for one that it has not seen. */
export function loadProgress(answerId: string): Progress | undefined {
  const saved = sessionStorage.getItem(answerId);
  return saved === null ? undefined : JSON.parse(saved);
}

/** Keeps what this tab has of an answer. */
export function saveProgress(answerId: string, progress: Progress): void {
  sessionStorage.setItem(answerId, JSON.stringify(progress));
}
