import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startBareWorkerd } from "../support/bare-workerd.ts";
import { hangUp } from "./http.ts";
import type { Pair } from "./play.ts";
import { findDifference, numberFrom } from "./run.ts";
import { startReference } from "./servers.ts";

const programs = numberFrom("DIFFERENTIAL_PROGRAMS", 30);
// Always the same: whatever oddity of the reference a longer run may still meet, it must not fail somebody else's change.
const seed = numberFrom("DIFFERENTIAL_SEED", 1);

let pair: Pair;
const stops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const [object, reference] = await Promise.all([
    startBareWorkerd(new URL("worker.ts", import.meta.url), "Compared"),
    startReference(),
  ]);
  stops.push(object.stop, reference.stop);
  // Time is the runtime's own there, so no program waits.
  pair = { ours: object.origin, theirs: reference.origin, requests: 0, programs: 0 };
});
afterAll(async () => {
  hangUp();
  await Promise.all(stops.map((stop) => stop()));
});

test(
  `a StreamObject differs from the reference server as a handler on Node does (seed ${seed}, ${programs} programs)`,
  async () => {
    expect(await findDifference(pair, seed, programs)).toBeUndefined();
  },
  60_000 + programs * 1000,
);
