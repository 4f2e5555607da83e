import { OutboxBusyError } from "./busy-error.ts";

/** What is used of Web Locks; some runtimes have none, and some typings do not know them. */
interface Locks {
  request(name: string, options: { ifAvailable: true }, hold: (lock: object | null) => unknown): Promise<unknown>;
}

const ownedHere = new Set<string>();

/** Gives a name up, and resolves when somebody else can own it. */
export type Release = () => Promise<void>;

/**
 * Makes the caller the one owner of a name: in all tabs and workers of the origin where there are Web Locks, otherwise
 * in this realm. A page that goes away gives up what it owned.
 *
 * @param name What to own.
 * @param locks The platform's; `undefined` for none.
 * @throws OutboxBusyError when somebody else owns it.
 */
export async function own(name: string, locks: Locks | undefined = globalThis.navigator?.locks): Promise<Release> {
  if (locks !== undefined) return ownLock(name, locks);
  if (ownedHere.has(name)) throw new OutboxBusyError({ key: name });
  ownedHere.add(name);
  return async () => {
    ownedHere.delete(name);
  };
}

function ownLock(name: string, locks: Locks): Promise<Release> {
  return new Promise((resolve, reject) => {
    const held = locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) throw new OutboxBusyError({ key: name });
      return new Promise<void>((letGo) => {
        resolve(async () => {
          letGo();
          await held;
        });
      });
    });
    held.catch(reject);
  });
}
