import { env } from "cloudflare:workers";
import { KVStore } from "../../../src/server/storage/kv/index.ts";
import { tracked } from "../../support/fake-clock.ts";
import { crashPoints } from "../shared/crash-points.ts";
import { CRASH_SCENARIOS } from "../shared/crash-scenarios.ts";
import { freshPrefix } from "./harness.ts";
import { intercept } from "./intercept.ts";

crashPoints(
  "KV, alone",
  async (body) => {
    const prefix = freshPrefix();
    await body({
      open: (clock, around) =>
        new KVStore(
          intercept(env.KV, (run) => tracked(around(run))),
          { prefix, clock },
        ),
      // Values that nothing names do no harm, as long as they are freed in the end.
      holdings: () => Promise.resolve([]),
      left: async () => {
        const { keys } = await env.KV.list({ prefix });
        // The record of a path that is empty again says so for an hour, and frees itself.
        return keys.filter(({ expiration }) => expiration === undefined).map(({ name }) => name.slice(prefix.length));
      },
    });
  },
  CRASH_SCENARIOS,
);
