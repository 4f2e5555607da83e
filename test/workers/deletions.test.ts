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

let stores = 0;
const options = () => ({ clock: new HastyClock() });

deletionsWhileRead("D1 under an owner", true, async (around, body) => {
  await emptyDatabase();
  await body(new D1Store(interceptD1(env.DB, around), { ...options(), owner: "s" }));
});

deletionsWhileRead("D1 that instances share", false, async (around, body) => {
  await emptyDatabase();
  await body(new D1Store(interceptD1(env.DB, around), options()));
});

deletionsWhileRead("R2 under an owner", true, async (around, body) => {
  await emptyBucket();
  await body(new R2Store(interceptR2(env.BUCKET, around), { ...options(), owner: "s" }));
});

deletionsWhileRead("R2 that instances share", false, async (around, body) => {
  await emptyBucket();
  await body(new R2Store(interceptR2(env.BUCKET, around), options()));
});

deletionsWhileRead("KV with an object", false, (around, body) =>
  inObject((state) => {
    stores += 1;
    const kv = interceptKV(env.KV, (run, call) => tracked(around(run, call)));
    return body(new KVStore(kv, { ...options(), state, packBytes: 1, prefix: `deletions-${stores}/` }));
  }),
);

deletionsWhileRead("KV alone", false, (around, body) => {
  stores += 1;
  const kv = interceptKV(env.KV, around);
  return body(new KVStore(kv, { ...options(), prefix: `deletions-${stores}/` }));
});
