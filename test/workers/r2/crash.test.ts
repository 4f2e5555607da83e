import { env } from "cloudflare:workers";
import type { Task } from "../../../src/server/storage/engine/task.ts";
import type { StreamStore } from "../../../src/server/storage/index.ts";
import { R2Store, type R2StoreOptions } from "../../../src/server/storage/r2/index.ts";
import { append, bytes, create, createJson } from "../../storage/contract/support.ts";
import { FakeClock, tracked } from "../../support/fake-clock.ts";
import { type CrashHarness, crashPoints } from "../shared/crash-points.ts";
import { CRASH_SCENARIOS, type CrashScenario } from "../shared/crash-scenarios.ts";
import { empty, keys, smallStore } from "./harness.ts";
import { intercept, withShortListings } from "./intercept.ts";
import { prepared } from "./prepared.ts";

/** A few objects a listing, as if there were thousands. */
const bucket = withShortListings(env.BUCKET, 8);

/** After this, what a crash left behind is no longer waited for. */
const LONG_AFTER_MS = 2 * 3_600_000;

/** Calls are made one after the other, but for reads. */
const ENDINGS = ["unanswered"] as const;

type Open = (bucket: R2Bucket, options: R2StoreOptions) => StreamStore;

/** Stores over an empty bucket, as `open` makes them. */
const crashing =
  (open: Open): CrashHarness =>
  async (body) => {
    await empty();
    let clock = new FakeClock();
    await body({
      open: (time, around) => {
        clock = time;
        return open(
          intercept(bucket, (run) => tracked(around(run))),
          { clock },
        );
      },
      holdings: plannedJobs,
      left: async () => {
        // Whoever looks after many streams comes now and then.
        await clock.advance(LONG_AFTER_MS);
        await open(bucket, { clock }).maintain();
        return [...(await keys("dcs/streams/")), ...(await keys("dcs/tasks/"))];
      },
    });
  };

/** As an object's store: what is left is left when its last alarm is over. */
const crashingAlone: CrashHarness = async (body) => {
  await empty();
  await body({
    open: (clock, around) =>
      smallStore(
        intercept(bucket, (run) => tracked(around(run))),
        { clock, owner: "test" },
      ),
    holdings: plannedJobs,
    left: async () => [...(await keys("dcs/streams/")), ...(await keys("dcs/tasks/"))],
  });
};

/** What is planned at all paths, but for what frees space. */
async function plannedJobs(): Promise<unknown[]> {
  const jobs: unknown[] = [];
  for (const key of await keys("dcs/paths/")) {
    const object = await env.BUCKET.get(key);
    if (object === null) continue;
    const { tasks }: { tasks: Task[] } = await object.json();
    jobs.push(...tasks.map(({ at, job }) => `${key} ${job.kind} ${at}`).filter((job) => !job.includes("reclaim")));
  }
  return jobs.sort();
}

const END = "2026-01-01T00:00:50Z";
const END_MS = 50_000;

/** A stream "s" with segments of both levels that ends soon, deleted or not. */
const withSegments = () =>
  prepared(async (store) => {
    await create(store, "s", { data: bytes("abc"), expiresAt: END });
    for (let i = 0; i < 17; i++) await append(store, "s", `${i},`);
  });

const expiry = (): CrashScenario => ({
  name: "an expiry of a stream with segments, and what frees its space",
  due: true,
  prepare: withSegments(),
  act: async (store, clock) => {
    await clock.advance(END_MS);
    await store.maintain();
  },
});

const deletion = (): CrashScenario => ({
  name: "a deletion of a stream with segments, and what frees its space",
  due: true,
  prepare: withSegments(),
  act: async (store) => {
    await store.delete("s");
    await store.maintain();
  },
});

const replacement: CrashScenario = {
  name: "a creation in the place of an expired stream",
  prepare: (store) => create(store, "s", { data: bytes("abc"), expiresAt: END }),
  act: async (store, clock) => {
    await clock.advance(END_MS);
    await createJson(store, "s", "[1,2,3]");
  },
};

crashPoints(
  "a bucket that instances share",
  crashing((on, options) => new R2Store(on, options)),
  CRASH_SCENARIOS,
  ENDINGS,
);

crashPoints(
  "a bucket that instances share, with segments of few commits",
  crashing((on, options) => smallStore(on, options)),
  [deletion(), replacement],
  ENDINGS,
);

crashPoints("a bucket under an owner, with segments of few commits", crashingAlone, [expiry(), replacement], ENDINGS);
