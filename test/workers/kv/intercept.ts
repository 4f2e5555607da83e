import { standIn } from "../row-meter.ts";

/** A call to a namespace. */
export interface KVCall {
  readonly operation: "get" | "put" | "delete" | "list";
  /** The key, or the prefix of a listing. */
  readonly key: string;
}

/** Stands around every call: runs it, and tells the caller what came of it, or something else. */
export type Around = <T>(run: () => Promise<T>, call: KVCall) => Promise<T>;

/** The same namespace, but for what `around` makes of each call to it. */
export function intercept(kv: KVNamespace, around: Around): KVNamespace {
  return standIn(kv, {
    get: (key: string, type: "arrayBuffer") => around(() => kv.get(key, type), { operation: "get", key }),
    put: (key: string, value: Uint8Array, options?: KVNamespacePutOptions) =>
      around(() => kv.put(key, value, options), { operation: "put", key }),
    delete: (key: string) => around(() => kv.delete(key), { operation: "delete", key }),
    list: (options: KVNamespaceListOptions) =>
      around(() => kv.list(options), { operation: "list", key: options.prefix ?? "" }),
  });
}
