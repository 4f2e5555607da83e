import type { Commit } from "./commit.ts";
import type { StreamState } from "./state.ts";

/**
 * What a later look at a path tells of a commit whose answer was lost:
 *
 * - `landed`: it took effect.
 * - `missing`: it did not, or nobody needs to know: deciding again gives the same end.
 * - `unclear`: bytes were appended since; whether they are these ones the backend has to find out.
 */
export type Fate = "landed" | "missing" | "unclear";

/**
 * Judges a commit whose answer was lost. What is not judged here may be decided again: closing, touching, registering
 * and forgetting forks, and planning tasks are idempotent.
 */
export function fateOf(commit: Commit, before: StreamState | undefined, after: StreamState | undefined): Fate {
  if (commit.create) return after?.streamId === commit.create.streamId ? "landed" : "missing";
  const same = after !== undefined && after.streamId === before?.streamId;
  if (commit.remove) return same ? "missing" : "landed";
  if (commit.softDelete) return !same || after.softDeleted ? "landed" : "missing";
  if (commit.append) return same && after.tail.pos !== before?.tail.pos ? "unclear" : "missing";
  return "missing";
}
