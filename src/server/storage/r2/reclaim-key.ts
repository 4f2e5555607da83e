import type { StreamId } from "../../../shared/index.ts";
import { isStreamId } from "../../../shared/stream-id.ts";
import type { Task } from "../engine/task.ts";

/** Space to free: all of a removed stream, or what was rolled up of one that lives. */
export interface Reclaim {
  readonly what: "stream" | "rolled";
  readonly streamId: StreamId;
  readonly path: string;
}

/** Plans to free the objects of a removed stream, or those that segments have replaced. */
export const reclaimTask = ({ what, streamId, path }: Reclaim, at: number): Task => ({
  id: `reclaim:${what}:${streamId}`,
  at,
  job: { kind: "reclaim", key: `${what} ${streamId} ${path}` },
});

/** Reads the key of a reclaim job. */
export function parseReclaim(key: string): Reclaim | undefined {
  const [what, streamId = "", ...path] = key.split(" ");
  if ((what !== "stream" && what !== "rolled") || !isStreamId(streamId)) return undefined;
  return { what, streamId, path: path.join(" ") };
}
