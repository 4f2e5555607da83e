import { env } from "cloudflare:workers";
import { LogStore } from "../../../src/server/storage/engine/log-store.ts";
import { Touches } from "../../../src/server/storage/engine/touches.ts";
import { R2Store, type R2StoreOptions } from "../../../src/server/storage/r2/index.ts";
import { r2Backend } from "../../../src/server/storage/r2/store.ts";
import type { DurableBed, Harness } from "../../storage/contract/harness.ts";
import { FakeClock, tracked } from "../../support/fake-clock.ts";
import { intercept } from "./intercept.ts";

/** The bucket, with calls that `settled` waits for. */
const bucket = intercept(env.BUCKET, (run) => tracked(run()));

/** The keys in the bucket. */
export async function keys(prefix = ""): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page: R2Objects = await env.BUCKET.list({ prefix, ...(cursor && { cursor }) });
    found.push(...page.objects.map(({ key }) => key));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return found;
}

/** The keys of objects of a kind: `commits`, `segments-1` or `segments-2`. */
export const objects = async (kind: string) => (await keys("dcs/streams/")).filter((key) => key.includes(`/${kind}/`));

/** Empties the bucket. */
export async function empty(): Promise<void> {
  const all = await keys();
  for (let at = 0; at < all.length; at += 1000) await env.BUCKET.delete(all.slice(at, at + 1000));
}

/** Commits to a segment, and segments to one of the next level, of a {@link smallStore}. */
export const SMALL_FAN_OUT = 4;

/** An `R2Store` whose segments replace so few commits that a few appends make segments of both levels. */
export function smallStore(on: R2Bucket, options: R2StoreOptions): LogStore {
  const sharing = options.owner === undefined ? { maxPollMs: 1000, touches: new Touches(true) } : undefined;
  return new LogStore(r2Backend(on, options, SMALL_FAN_OUT), options, sharing);
}

/** An `R2Store` that has an empty bucket to itself, for each test. */
export const ownerHarness: Harness<DurableBed> = async (options, body) => {
  await empty();
  const clock = new FakeClock();
  const open = () => new R2Store(bucket, { ...options, clock, owner: "test" });
  await body({ store: open(), clock, restart: open });
};

/** An `R2Store` that others may share an empty bucket with, for each test. */
export const sharedHarness: Harness<DurableBed> = async (options, body) => {
  await empty();
  const clock = new FakeClock();
  const open = () => new R2Store(bucket, { ...options, clock });
  await body({ store: open(), clock, restart: open });
};
