import { expect } from "vitest";
import type { StreamStore } from "../../../src/server/storage/index.ts";
import { waitForPage } from "../../../src/server/storage/index.ts";
import { type Offset, parseOffset, systemClock } from "../../../src/shared/index.ts";
import { at, bytes, bytesOf, JSON_TYPE, START, text } from "../../storage/contract/support.ts";

/** Some messages fill a chunk each, since short ones, which share one, are written in another way. */
const PADDING = "x".repeat(16 * 1024);
const LONG_EVERY = 50;

/** How a {@link race} is run. */
export interface RacePlan {
  /** One for each writer, all over one storage. */
  readonly stores: readonly StreamStore[];
  /** Appends by each writer, one after the other. */
  readonly appends: number;
  /** Whether writers are idempotent producers, which repeat what was not acknowledged. */
  readonly producers: boolean;
}

/** What came of a race. */
export interface RaceOutcome {
  /** What each writer was told is stored, in order. */
  readonly acknowledged: readonly (readonly Acknowledged[])[];
  /** Messages of which their writers were told nothing. */
  readonly unknown: ReadonlySet<string>;
  /** What is stored. */
  readonly stored: readonly string[];
  /** What a reader saw who followed the stream meanwhile. */
  readonly followed: readonly string[];
}

interface Acknowledged {
  readonly message: string;
  readonly pos: number;
}

/** Writers append to one stream all at once, each through its own store, while a reader follows. */
export async function race({ stores, appends, producers }: RacePlan, path: string): Promise<RaceOutcome> {
  const first = at(stores, 0);
  await untilAnswered(() => first.put(path, { contentType: JSON_TYPE }));
  const unknown = new Set<string>();
  const following = follow(at(stores, -1), path);
  const writing = stores.map(async (store, writer) => {
    const acknowledged: Acknowledged[] = [];
    for (let seq = 0; seq < appends; seq++) {
      const message = `"${writer}:${seq}"`;
      const producer = producers ? { id: `p${writer}`, epoch: 0, seq } : undefined;
      const sent = seq % LONG_EVERY === 0 ? message.replace(":", `:${PADDING}`) : message;
      const append = () => store.append(path, bytes(sent), { contentType: JSON_TYPE, producer });
      try {
        const { nextOffset } = await (producers ? untilAnswered(append) : append());
        acknowledged.push({ message, pos: positionOf(nextOffset) });
      } catch {
        unknown.add(message);
      }
    }
    return acknowledged;
  });
  const acknowledged = await Promise.all(writing);
  await untilAnswered(() => first.append(path, new Uint8Array(0), { close: true }));
  const followed = await following;
  return { acknowledged, unknown, followed, stored: await untilAnswered(() => everything(first, path)) };
}

/** What was acknowledged is stored once, in its writer's order, and the reader saw all of it and nothing else. */
export function expectIntegrity({ acknowledged, unknown, stored, followed }: RaceOutcome): void {
  expect(followed).toEqual(stored);
  const counts = new Map<string, number>();
  for (const message of stored) counts.set(message, (counts.get(message) ?? 0) + 1);
  const told = new Set(acknowledged.flat().map(({ message }) => message));
  expect([...told].filter((message) => counts.get(message) !== 1)).toEqual([]);
  expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
  expect(stored.filter((message) => !unknown.has(message) && !told.has(message))).toEqual([]);
  for (const own of acknowledged) {
    const positions = own.map(({ pos }) => pos);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
    const order = new Set(own.map(({ message }) => message));
    expect(stored.filter((message) => order.has(message))).toEqual([...order]);
  }
}

/** Repeats what may be repeated, as a client does. */
async function untilAnswered<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === 100) throw error;
    }
  }
}

async function follow(store: StreamStore, path: string): Promise<string[]> {
  const seen: string[] = [];
  let offset = START;
  for (let closed = false; !closed; ) {
    const wait = { clock: systemClock, timeoutMs: 5000 };
    const [page, messages] = await untilAnswered(async () => {
      const found = await waitForPage(store, path, { offset }, wait);
      return [found, messagesIn(await bytesOf(found))];
    });
    seen.push(...messages);
    offset = page.nextOffset;
    closed = page.closed;
  }
  return seen;
}

async function everything(store: StreamStore, path: string): Promise<string[]> {
  return messagesIn(await bytesOf(await store.read(path)));
}

/** The messages hold no comma. */
const messagesIn = (stored: Uint8Array): string[] => text(stored).replaceAll(PADDING, "").split(",").slice(0, -1);

function positionOf(offset: Offset): number {
  const position = parseOffset(offset);
  if (position === null) throw new RangeError(`${offset} is no position`);
  return position.pos;
}
