import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";

/** How many times the prototype of an object's wrapper is asked before it answers for a name that it does not know. */
async function asked(): Promise<number> {
  let count = 0;
  const get = Reflect.get;
  const stub = env.BARE.get(env.BARE.newUniqueId());
  await runInDurableObject(stub, () => undefined);
  Reflect.get = (...args: Parameters<typeof get>) => {
    count += 1;
    return get(...args);
  };
  try {
    await runInDurableObject(stub, () => undefined);
  } finally {
    Reflect.get = get;
  }
  return count;
}

test("an object costs the pool no more than the ones before it", async () => {
  const first = await asked();
  for (let objects = 0; objects < 20; objects += 1) await asked();
  expect(first).toBeGreaterThan(0);
  expect(await asked()).toBe(first);
});
