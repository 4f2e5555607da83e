import { describe, expect, test } from "vitest";
import type { StreamStore } from "../../../src/server/storage/index.ts";
import { contentOf, refusalTag } from "../../storage/contract/support.ts";
import { FakeClock, settled } from "../../support/fake-clock.ts";
import { type CrashScenario, PATHS } from "./crash-scenarios.ts";
import { type Around, ENDINGS, healthy, StorageFault, stopping } from "./faults.ts";

/** More than intents, releases and second looks wait. */
const LATER_MS = 120_000;

/** After this, what a crash left behind is no longer waited for; a stream with a lifetime is over. */
const AT_LAST_MS = 200_000_000;

const TIMEOUT_MS = 60_000;

/** A storage, as a process finds it and as it is. */
export interface CrashBed {
  /** A process that starts now: a store over the storage, with calls as told, which `settled` waits for. */
  open(clock: FakeClock, around: Around): StreamStore;
  /** What is kept of the streams and no store shows, without what is minted at random and what does no harm. */
  holdings(): Promise<unknown>;
  /** What is left when nothing is there any more, but for what frees itself. */
  left(): Promise<readonly unknown[]>;
}

/** Runs `body` with a storage that is empty. */
export type CrashHarness = (body: (bed: CrashBed) => Promise<void>) => Promise<void>;

/** What became of a run: what the next process sees, and what cannot be got rid of. */
interface Outcome {
  readonly seen: unknown;
  readonly left: readonly unknown[];
}

/**
 * Stops the process of each scenario at each of its calls to the storage, in both ways. The next process must find
 * things as they were before, or as they are after, and must be able to free all of it.
 *
 * @param storage Names what the calls go to.
 * @param endings The ways; one is enough where no calls are made at the same time, as what is never sent after one call
 * leaves the same as what is not answered.
 */
export function crashPoints(
  storage: string,
  harness: CrashHarness,
  scenarios: readonly CrashScenario[],
  endings: readonly (typeof ENDINGS)[number][] = ENDINGS,
): void {
  describe.each(scenarios)(`$name, cut off at any call to ${storage}`, (scenario) => {
    test.each(endings)(
      "leaves things as before or as after, and nothing that is not freed: %s",
      async (ending) => {
        const nothing: Around = () => Promise.reject(new StorageFault("The process never began"));
        const before = await outcomeOf(harness, scenario, nothing, cutOff);
        const whole = stopping(Number.POSITIVE_INFINITY, ending);
        const after = await outcomeOf(harness, scenario, whole.around, (acting) => acting);
        expect(JSON.stringify(before) === JSON.stringify(after)).toBe(scenario.due ?? false);
        expect([before.left, after.left]).toEqual([[], []]);
        for (let last = 1; last <= whole.calls(); last++) {
          const outcome = await outcomeOf(harness, scenario, stopping(last, ending).around, cutOff);
          expect([before, after], `stopped at call ${last}`).toContainEqual(outcome);
        }
      },
      TIMEOUT_MS,
    );
  });
}

/** A process that was stopped never gets to its end. */
async function cutOff(acting: Promise<unknown>): Promise<void> {
  acting.catch(() => {});
  await settled();
}

async function outcomeOf(
  harness: CrashHarness,
  { prepare, act }: CrashScenario,
  around: Around,
  wait: (acting: Promise<unknown>) => Promise<unknown>,
): Promise<Outcome> {
  let outcome: Outcome | undefined;
  await harness(async (bed) => {
    const clock = new FakeClock();
    await prepare(bed.open(clock, healthy));
    await wait(act(bed.open(clock, around), clock));
    outcome = { seen: await seen(bed, clock), left: await leftovers(bed, clock) };
  });
  if (outcome === undefined) throw new Error("The harness did not run its body");
  return outcome;
}

async function seen(bed: CrashBed, clock: FakeClock): Promise<unknown> {
  await clock.advance(LATER_MS);
  const store = bed.open(clock, healthy);
  await store.maintain();
  const paths: unknown[] = [];
  for (const path of PATHS) {
    const found = await store.head(path).then(
      ({ contentType, nextOffset, closed, ttlSeconds }) => ({ contentType, nextOffset, closed, ttlSeconds }),
      () => refusalTag(store.head(path)),
    );
    paths.push([path, found, typeof found === "string" ? "" : await contentOf(store, path)]);
  }
  return { paths, holdings: await bed.holdings() };
}

/** Deletes all there is, and lets time go by. */
async function leftovers(bed: CrashBed, clock: FakeClock): Promise<readonly unknown[]> {
  const store = bed.open(clock, healthy);
  for (const path of PATHS.toReversed()) await store.delete(path).catch(() => {});
  await clock.advance(AT_LAST_MS);
  // What is planned in the course of it is due later still.
  for (let due = await store.maintain(); due !== undefined; due = await store.maintain()) {
    await clock.advance(Math.max(0, due - clock.now()));
  }
  return bed.left();
}
