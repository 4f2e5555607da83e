import { expect, test } from "vitest";
import { MemoryStore } from "../../../src/server/storage/memory/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { refusalTag } from "../contract/support.ts";

test("a deletion frees a chain of more generations than one look finds releases", async () => {
  const store = new MemoryStore({ clock: new FakeClock() });
  const generations = 60;
  await store.put("g0");
  for (let i = 1; i <= generations; i++) {
    await store.put(`g${i}`, { forkedFrom: `g${i - 1}`, data: new TextEncoder().encode("x") });
  }
  for (let i = 0; i < generations; i++) await store.delete(`g${i}`);
  expect(await refusalTag(store.head("g0"))).toBe("StreamGoneError");
  await store.delete(`g${generations}`);
  for (let i = 0; i <= generations; i++) expect(await refusalTag(store.head(`g${i}`))).toBe("StreamNotFoundError");
  expect(await store.maintain()).toBeUndefined();
});
