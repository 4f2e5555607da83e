// Which of the browser's tabs this is. A tab keeps its number through a reload, no two tabs have the same one at a
// time, and a number that is free again goes to the next tab: with a producer for each number, whatever one tab could
// not send before it was closed is sent by another.

const BROWSER_KEY = "durable-cf-streams:browser";
const COUNT_KEY = "durable-cf-streams:tabs";
const TAB_KEY = "durable-cf-streams:tab";

/** How long a reloaded tab waits for the page it was to let go of its number. */
const PATIENCE_MS = 2_000;

/** One of the browser's tabs. */
export interface Tab {
  /** Names the tab's producer to servers. */
  readonly producerId: string;
  /**
   * Does something in the place of each tab that is not open, one after the other.
   *
   * @param visit Gets that tab's producer id. While it works, no tab can become that one.
   */
  forEachAbsent(visit: (producerId: string) => Promise<void>): Promise<void>;
}

/** Finds out which tab this is, once for each load of the page. The number is given up when the page goes away. */
export async function claimTab(): Promise<Tab> {
  const browser = remembered(localStorage, BROWSER_KEY, () => crypto.randomUUID());
  const idOf = (number: number): string => `page-${browser}-${number}`;
  const own = await claimNumber(idOf);
  sessionStorage.setItem(TAB_KEY, String(own));
  localStorage.setItem(COUNT_KEY, String(Math.max(tabCount(), own + 1)));
  return {
    producerId: idOf(own),
    async forEachAbsent(visit) {
      for (let number = 0; number < tabCount(); number += 1) {
        if (number !== own) await whileFree(idOf(number), () => visit(idOf(number)));
      }
    },
  };
}

async function claimNumber(idOf: (number: number) => string): Promise<number> {
  const before = sessionStorage.getItem(TAB_KEY);
  if (before !== null && (await hold(idOf(Number(before)), { signal: AbortSignal.timeout(PATIENCE_MS) }))) {
    return Number(before);
  }
  // A copied tab comes here with the number of the one that it is a copy of.
  for (let number = 0; ; number += 1) {
    if (await hold(idOf(number), { ifAvailable: true })) return number;
  }
}

/** Takes a lock for as long as the page lives. */
function hold(name: string, options: LockOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const held = navigator.locks.request(name, options, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<void>(() => {});
    });
    held.catch(() => resolve(false));
  });
}

async function whileFree(name: string, work: () => Promise<void>): Promise<void> {
  await navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock === null ? undefined : work()));
}

function tabCount(): number {
  return Number(localStorage.getItem(COUNT_KEY) ?? 0);
}

function remembered(storage: Storage, key: string, make: () => string): string {
  const value = storage.getItem(key) ?? make();
  storage.setItem(key, value);
  return value;
}
