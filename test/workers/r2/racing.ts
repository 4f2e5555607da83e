import { env } from "cloudflare:workers";
import { R2Store } from "../../../src/server/storage/r2/index.ts";
import type { RaceHarness } from "../shared/races.ts";
import { empty } from "./harness.ts";
import { type Around, intercept } from "./intercept.ts";

/** Calls that let the others go first. */
const YIELDING = 0.03;

/**
 * The simulator goes on serving whoever it has just served: without this, one instance after the other would make all its
 * appends, and nobody would race.
 */
const fairly: Around = async (run) => {
  if (Math.random() < YIELDING) await new Promise((resolve) => setTimeout(resolve, 0));
  return run();
};

/** Instances of an `R2Store` on one empty bucket, that really meet. */
export const racing: RaceHarness = async (body) => {
  await empty();
  await body((around) => new R2Store(intercept(env.BUCKET, (run, call) => fairly(() => around(run), call))));
};
