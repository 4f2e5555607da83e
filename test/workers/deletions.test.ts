import { env } from "cloudflare:workers";
import { D1Store } from "../../src/server/storage/d1/index.ts";
import { KVStore } from "../../src/server/storage/kv/index.ts";
import { R2Store } from "../../src/server/storage/r2/index.ts";
import { tracked } from "../support/fake-clock.ts";
import { empty as emptyDatabase } from "./d1/harness.ts";
import { intercept as interceptD1 } from "./d1/intercept.ts";
import { intercept as interceptKV } from "./kv/intercept.ts";
import { empty as emptyBucket } from "./r2/harness.ts";
import { intercept as interceptR2 } from "./r2/intercept.ts";
import { deletionsWhileRead } from "./shared/deletions.ts";
import { HastyClock } from "./shared/hasty-clock.ts";
import { inObject } from "./sqlite-harness.ts";

let prefixes = 0;
const freshPrefix = (): string => {
  prefixes += 1;
  return `deletions-${prefixes}/`;
};

const clock = () => new HastyClock();

const OWNERS = { "under an owner": "s", "that instances share": undefined };

for (const [sharing, owner] of Object.entries(OWNERS)) {
  const queued = owner !== undefined;

  deletionsWhileRead(`D1 ${sharing}`, queued, async (body) => {
    await emptyDatabase();
    await body((around) => new D1Store(interceptD1(env.DB, around), { clock: clock(), owner }));
  });

  deletionsWhileRead(`R2 ${sharing}`, queued, async (body) => {
    await emptyBucket();
    await body((around) => new R2Store(interceptR2(env.BUCKET, around), { clock: clock(), owner }));
  });
}

deletionsWhileRead("KV with an object", false, (body) =>
  inObject((state) => {
    const prefix = freshPrefix();
    return body((around) => {
      const kv = interceptKV(env.KV, (run, call) => tracked(around(run, call)));
      return new KVStore(kv, { clock: clock(), state, packBytes: 1, prefix });
    });
  }),
);

deletionsWhileRead("KV alone", false, (body) => {
  const prefix = freshPrefix();
  return body((around) => new KVStore(interceptKV(env.KV, around), { clock: clock(), prefix }));
});
