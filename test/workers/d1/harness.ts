import { env } from "cloudflare:workers";
import { D1Store } from "../../../src/server/storage/d1/index.ts";
import type { DurableBed, Harness } from "../../storage/contract/harness.ts";
import { FakeClock, tracked } from "../../support/fake-clock.ts";
import { intercept } from "./intercept.ts";

/** The database, with calls that `settled` waits for. */
const database = intercept(env.DB, (run) => tracked(run()));

const TABLES = ["meta", "streams", "chunks", "producers", "forks", "tasks"];

/** Empties the database. */
export async function empty(): Promise<void> {
  await new D1Store(env.DB).initialize();
  await env.DB.batch(TABLES.map((table) => env.DB.prepare(`DELETE FROM dcs_${table}`)));
}

/** A `D1Store` that has an empty database to itself, for each test. */
export const ownerHarness: Harness<DurableBed> = async (options, body) => {
  await empty();
  const clock = new FakeClock();
  const open = () => new D1Store(database, { ...options, clock, owner: "test" });
  await body({ store: open(), clock, restart: open });
};

/** A `D1Store` that others may share an empty database with, for each test. */
export const sharedHarness: Harness<DurableBed> = async (options, body) => {
  await empty();
  const clock = new FakeClock();
  const open = () => new D1Store(database, { ...options, clock });
  await body({ store: open(), clock, restart: open });
};
