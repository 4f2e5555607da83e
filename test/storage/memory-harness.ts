import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import type { Harness } from "./contract/harness.ts";

/** A `MemoryStore` for each test. */
export const memoryHarness: Harness = async (options, body) => {
  const clock = new FakeClock();
  await body({ store: new MemoryStore({ ...options, clock }), clock });
};
