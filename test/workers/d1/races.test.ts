import { env } from "cloudflare:workers";
import { describe } from "vitest";
import { D1Store } from "../../../src/server/storage/d1/index.ts";
import { HastyClock } from "../shared/hasty-clock.ts";
import { faultyRaces, races } from "../shared/races.ts";
import { inObject } from "../sqlite-harness.ts";
import { empty } from "./harness.ts";
import { intercept } from "./intercept.ts";
import { objectDatabase } from "./object-database.ts";

describe("a D1 database", () => {
  races(async (body) => {
    await empty();
    await body(() => new D1Store(env.DB));
  });

  faultyRaces({ before: 0.03, after: 0.03, late: 0.03, slow: 0.1 }, async (body) => {
    await empty();
    await body((around) => new D1Store(intercept(env.DB, around), { clock: new HastyClock() }));
  });
});

describe("SQLite in the place of D1", () => {
  faultyRaces({ before: 0.03, after: 0.03, late: 0.03, slow: 0.1 }, (body) =>
    inObject((storage) => {
      const database = objectDatabase(storage);
      return body((around) => new D1Store(intercept(database, around), { clock: new HastyClock() }));
    }),
  );
});
