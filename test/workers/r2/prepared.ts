import { env } from "cloudflare:workers";
import type { StreamStore } from "../../../src/server/storage/index.ts";
import { keys } from "./harness.ts";

interface StoredObject {
  readonly key: string;
  readonly body: ArrayBuffer;
  readonly customMetadata: Record<string, string>;
}

/** Makes what a test starts from: through the store for the first time, and later by copying what that left. */
export function prepared(make: (store: StreamStore) => Promise<void>): (store: StreamStore) => Promise<void> {
  let made: readonly StoredObject[] | undefined;
  return async (store) => {
    if (made === undefined) {
      await make(store);
      made = await Promise.all((await keys()).map(stored));
      return;
    }
    await Promise.all(made.map(({ key, body, customMetadata }) => env.BUCKET.put(key, body, { customMetadata })));
  };
}

async function stored(key: string): Promise<StoredObject> {
  const object = await env.BUCKET.get(key);
  if (object === null) throw new Error(`There is no ${key}`);
  return { key, body: await object.arrayBuffer(), customMetadata: object.customMetadata ?? {} };
}
