import type { StreamId } from "../../../shared/index.ts";
import type { Keys } from "./keys.ts";
import { deleteAll } from "./objects.ts";

/**
 * Deletes objects of a stream that no path names any more, as many as one listing shows.
 *
 * @returns whether none is left.
 */
export async function freeObjects(bucket: R2Bucket, keys: Keys, streamId: StreamId): Promise<boolean> {
  const page = await bucket.list({ prefix: keys.stream(streamId) });
  await deleteAll(
    bucket,
    page.objects.map(({ key }) => key),
  );
  return !page.truncated;
}
