import type { StreamId } from "../../../shared/index.ts";

/** Work that must happen later and survives a restart. */
export type Job =
  /** A stream's lifetime may have run out. */
  | { readonly kind: "expire"; readonly path: string; readonly streamId: StreamId }
  /** A fork was begun and may never have been finished. */
  | { readonly kind: "abandon"; readonly path: string; readonly forkId: StreamId; readonly sources: readonly string[] }
  /** A source must forget a fork. */
  | { readonly kind: "release"; readonly source: string; readonly forkId: StreamId; readonly attempt: number }
  /** The backend has space of a removed stream left to free. */
  | { readonly kind: "reclaim"; readonly key: string };

/** A {@link Job} with its due time. */
export interface Task {
  /** Unique name, which begins with the kind of the job and a colon: planning it again replaces it. */
  readonly id: string;
  /** When it is due, in ms since the epoch. */
  readonly at: number;
  readonly job: Job;
}

/** Names the expiry task of a stream. */
export const expireTaskId = (streamId: StreamId): string => `expire:${streamId}`;

/** Names the task that undoes an unfinished fork. */
export const abandonTaskId = (forkId: StreamId): string => `abandon:${forkId}`;

/** How long whoever plans a release has to perform it at once, before the alarm would come to do the same, in ms. */
export const RELEASE_GRACE_MS = 1000;

/** Plans the release of a fork at one of its sources. */
export const releaseTask = (source: string, forkId: StreamId, at: number, attempt = 0): Task => ({
  id: `release:${forkId}:${source}`,
  at,
  job: { kind: "release", source, forkId, attempt },
});
