/** A call to a bucket, by its method and the key it is about: for a listing the prefix, for a deletion the first key. */
export interface R2Call {
  readonly method: "head" | "get" | "put" | "list" | "delete";
  readonly key: string;
}

/** Stands around every call: runs it, and tells the caller what came of it, or something else. */
export type Around = <T>(run: () => Promise<T>, call: R2Call) => Promise<T>;

/** The same bucket, but for what `around` makes of each call to it. */
export function intercept(bucket: R2Bucket, around: Around): R2Bucket {
  const members = {
    head: (key: string) => around(() => bucket.head(key), { method: "head", key }),
    get: (key: string, options?: R2GetOptions) => around(() => bucket.get(key, options), { method: "get", key }),
    put: (key: string, value: Uint8Array | string, options?: R2PutOptions) =>
      around(() => bucket.put(key, value, options), { method: "put", key }),
    list: (options?: R2ListOptions) =>
      around(() => bucket.list(options), { method: "list", key: options?.prefix ?? "" }),
    delete: (keys: string | string[]) =>
      around(() => bucket.delete(keys), { method: "delete", key: Array.isArray(keys) ? (keys[0] ?? "") : keys }),
  };
  return new Proxy(bucket, {
    get: (_target, name): unknown => (name in members ? Reflect.get(members, name) : Reflect.get(bucket, name)),
  });
}

/** The same bucket, but for listings, which show a few objects each, as if there were thousands. */
export function withShortListings(bucket: R2Bucket, limit: number): R2Bucket {
  return new Proxy(bucket, {
    get(_target, name): unknown {
      if (name === "list") return (options?: R2ListOptions) => bucket.list({ ...options, limit });
      const member: unknown = Reflect.get(bucket, name);
      return typeof member === "function" ? member.bind(bucket) : member;
    },
  });
}
