import { env } from "cloudflare:workers";
import { R2Store } from "../../../src/server/storage/r2/index.ts";
import { tracked } from "../../support/fake-clock.ts";
import { empty } from "../../workers/r2/harness.ts";
import { intercept } from "../../workers/r2/intercept.ts";
import type { Bed } from "../server.ts";
import { isolatesBed } from "./isolates.ts";

/** Workers over one R2 bucket. */
export const r2Bed: Bed = isolatesBed("r2", {
  prepare: empty,
  open: (clock, failures) => {
    const bucket = intercept(env.BUCKET, (run) => failures.around(() => tracked(run())));
    return new R2Store(bucket, { clock });
  },
});
