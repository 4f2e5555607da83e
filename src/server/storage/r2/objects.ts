/** Says "nothing is stored there yet". */
const ABSENT: R2Conditional = { etagDoesNotMatch: "*" };

/** What an object is written as. */
export interface NewObject {
  readonly body: Uint8Array | string;
  /** At most 2 KB in all, ASCII. */
  readonly metadata: Record<string, string>;
}

/** Writes an object if there is none of its key. Returns its entity tag, or `undefined` when there was one. */
export async function putNew(bucket: R2Bucket, key: string, object: NewObject): Promise<string | undefined> {
  const put = await bucket.put(key, object.body, { onlyIf: ABSENT, customMetadata: object.metadata });
  return put?.etag;
}

/** Writes an object if the one of its key is still the one with this entity tag. Returns the new tag. */
export async function putOver(
  bucket: R2Bucket,
  key: string,
  object: NewObject,
  etag: string,
): Promise<string | undefined> {
  const put = await bucket.put(key, object.body, { onlyIf: { etagMatches: etag }, customMetadata: object.metadata });
  return put?.etag;
}

/** How the binding tells of status 429: others are writing the same key. The code ends the message. */
const CROWDED = /\(10058\)$/;

/**
 * What a conditional put has written; `undefined` also when it was refused because others were writing the same key just
 * then: they contend for it, so it means the same as losing to one of them.
 */
export async function unlessCrowded(put: Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await put;
  } catch (error) {
    if (error instanceof Error && CROWDED.test(error.message)) return undefined;
    throw error;
  }
}

/** Times that one read is tried. */
const READS = 3;

/**
 * Tries a single read again at once when it fails: to find the end of a stream takes several, and one that fails should
 * not make the others vain. @throws what the last one failed with.
 */
export async function readAgain<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (attempt === READS) throw error;
    }
  }
}

/** Most keys that one call deletes. */
const DELETE_KEYS = 1000;

/** Deletes objects; those that are not there are no error. */
export async function deleteAll(bucket: R2Bucket, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += DELETE_KEYS) await bucket.delete(keys.slice(at, at + DELETE_KEYS));
}

/** JSON in ASCII: metadata travels in headers. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
