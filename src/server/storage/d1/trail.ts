import { type AppendTrace, COMMIT_ID_LENGTH } from "../engine/commit-loop.ts";

/** Appends that a chunk's row names at most: more than are made while an answer is awaited, unless they are tiny. */
const TRAIL_APPENDS = 512;

/** Characters of a trail that has lost its beginning. */
export const TRAIL_LENGTH = TRAIL_APPENDS * COMMIT_ID_LENGTH;

/**
 * Looks for an append among those that a row names.
 *
 * @param before The append that came last when this one was decided: if it is there, so is all that followed.
 */
export function traceIn(trail: string, id: string, before: string | undefined): AppendTrace {
  if (trail.includes(id)) return "found";
  const complete = trail.length < TRAIL_LENGTH || (before !== undefined && trail.includes(before));
  return complete ? "absent" : "unknown";
}
