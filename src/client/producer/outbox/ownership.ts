import { OutboxBusyError } from "./busy-error.ts";

/** What is used of Web Locks; some runtimes have none, and some typings do not know them. */
interface Locks {
  request(name: string, options: { ifAvailable: true }, hold: (lock: object | null) => unknown): Promise<unknown>;
}

const ownedHere = new Set<string>();

/**
 * Makes the caller the one owner of a name: in all tabs and workers of the origin where there are Web Locks, otherwise
 * in this realm. A page that goes away gives up what it owned.
 *
 * @param name What to own.
 * @param locks The platform's; `undefined` for none.
 * @returns Gives it up.
 * @throws OutboxBusyError when somebody else owns it.
 */
export async function own(name: string, locks: Locks | undefined = globalThis.navigator?.locks): Promise<() => void> {
  if (locks !== undefined) {
    return new Promise((resolve, reject) => {
      const hold = (lock: object | null): Promise<void> | undefined => {
        if (lock !== null) return new Promise<void>((release) => resolve(release));
        reject(new OutboxBusyError({ key: name }));
        return undefined;
      };
      locks.request(name, { ifAvailable: true }, hold).catch(reject);
    });
  }
  if (ownedHere.has(name)) throw new OutboxBusyError({ key: name });
  ownedHere.add(name);
  return () => void ownedHere.delete(name);
}
