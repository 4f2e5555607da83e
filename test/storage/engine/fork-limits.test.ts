import { expect, test } from "vitest";
import { MemoryStore } from "../../../src/server/storage/memory/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { contentOf, refusal } from "../contract/support.ts";

const byte = new TextEncoder().encode("x");

test("a fork reads from a hundred streams at most, and one more is refused and leaves nothing behind", async () => {
  const store = new MemoryStore({ clock: new FakeClock() });
  await store.put("g0", { data: byte });
  for (let i = 1; i <= 100; i++) await store.put(`g${i}`, { forkedFrom: `g${i - 1}`, data: byte });
  expect(await contentOf(store, "g100")).toBe("x".repeat(101));

  const error = await refusal(store.put("g101", { forkedFrom: "g100" }));
  expect(error).toMatchObject({ _tag: "StreamConflictError", message: expect.stringContaining("100 streams") });
  expect(store.has("g101")).toBe(false);
  expect(await store.maintain()).toBeUndefined();
});

test("generations without bytes of their own do not count", async () => {
  const store = new MemoryStore({ clock: new FakeClock() });
  await store.put("g0", { data: byte });
  for (let i = 1; i <= 150; i++) await store.put(`g${i}`, { forkedFrom: `g${i - 1}` });
  expect(await contentOf(store, "g150")).toBe("x");
});
