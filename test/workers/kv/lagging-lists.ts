import type { Clock } from "../../../src/shared/index.ts";
import { standIn } from "../row-meter.ts";

/** How long a listing may be behind, in ms. */
export const LAG_MS = 60_000;

interface Key {
  writtenAt: number;
  deletedAt: number | undefined;
}

/**
 * A namespace whose listings are as bad as KV's may be: for a minute they lack what was written (but for announcements
 * of work, without which nothing would be looked for) and show what was deleted, and afterwards what was deleted takes
 * the room of what is there, up to parts with nothing in them.
 *
 * @param deleted Gets the key of each deletion.
 */
export function laggingLists(kv: KVNamespace, clock: Clock, deleted: (key: string) => void): KVNamespace {
  const keys = new Map<string, Key>();
  const lagOf = (name: string): number => (name.includes("/due/") ? 0 : LAG_MS);
  const isListed = (name: string): boolean => {
    const { writtenAt, deletedAt } = keys.get(name) ?? { writtenAt: 0, deletedAt: 0 };
    const ago = (at: number): number => clock.now() - at;
    return ago(writtenAt) >= lagOf(name) && (deletedAt === undefined || ago(deletedAt) < LAG_MS);
  };
  return standIn(kv, {
    put: async (name: string, value: Uint8Array, options?: KVNamespacePutOptions) => {
      await kv.put(name, value, options);
      const before = keys.get(name);
      const writtenAt = before === undefined || before.deletedAt !== undefined ? clock.now() : before.writtenAt;
      keys.set(name, { writtenAt, deletedAt: undefined });
    },
    delete: async (name: string) => {
      await kv.delete(name);
      deleted(name);
      const key = keys.get(name);
      if (key !== undefined && key.deletedAt === undefined) key.deletedAt = clock.now();
    },
    list: async ({ prefix = "", limit = 1000, cursor }: KVNamespaceListOptions) => {
      const all = [...keys.keys()].filter((name) => name.startsWith(prefix ?? "") && name > (cursor ?? "")).sort();
      const scanned = all.slice(0, limit);
      const found = { keys: scanned.filter(isListed).map((name) => ({ name })) };
      return all.length > limit
        ? { ...found, list_complete: false, cursor: scanned.at(-1) }
        : { ...found, list_complete: true };
    },
  });
}
