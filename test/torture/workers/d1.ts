import { env } from "cloudflare:workers";
import { D1Store } from "../../../src/server/storage/d1/index.ts";
import { tracked } from "../../support/fake-clock.ts";
import { empty } from "../../workers/d1/harness.ts";
import { intercept } from "../../workers/d1/intercept.ts";
import type { Bed } from "../server.ts";
import { isolatesBed } from "./isolates.ts";

/** Workers over one D1 database. */
export const d1Bed: Bed = isolatesBed("d1", {
  prepare: empty,
  open: (clock, failures) => {
    const database = intercept(env.DB, (run) => failures.around(() => tracked(run())));
    return new D1Store(database, { clock });
  },
});
