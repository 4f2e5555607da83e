import type { StreamId } from "../../../shared/index.ts";
import type { Keys } from "./keys.ts";
import { deleteAll } from "./objects.ts";

/** What {@link freeObjects} frees. */
export interface Removal {
  readonly streamId: StreamId;
  /**
   * Whether the last commit stays, by which the stream was removed: whoever looked before that and is about to write the
   * next one has to meet it.
   */
  readonly spareLast: boolean;
}

/**
 * Deletes objects of a stream that no path names any more, as many as one listing shows.
 *
 * @returns whether none is left.
 */
export async function freeObjects(bucket: R2Bucket, keys: Keys, { streamId, spareLast }: Removal): Promise<boolean> {
  const page = await bucket.list({ prefix: keys.stream(streamId) });
  const found = page.objects.map(({ key }) => key);
  // Of commits that are listed in several pages, each page spares one, which the next begins with.
  const last = spareLast ? found.findLast((key) => key.startsWith(keys.commits(streamId))) : undefined;
  await deleteAll(
    bucket,
    found.filter((key) => key !== last),
  );
  return !page.truncated;
}
