import fc from "fast-check";
import { describe, test } from "vitest";
import type { ChunkLimits } from "../../src/server/storage/engine/chunk-plan.ts";
import { LogStore } from "../../src/server/storage/engine/log-store.ts";
import { MemoryBackend } from "../../src/server/storage/memory/backend.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { Driver } from "./model/driver.ts";
import { operations } from "./model/operations.ts";

/** Chunks so small that everything happens at their edges. */
const limits: ChunkLimits[] = [
  { maxBytes: 64, coalesceBelow: 16 },
  { maxBytes: 16, coalesceBelow: 15 },
  { maxBytes: 300, coalesceBelow: 1 },
];

describe("MemoryStore and a simple model agree on any sequence of operations", () => {
  test.each(limits)(
    "with chunks of $maxBytes bytes, open below $coalesceBelow",
    async (chunkLimits) => {
      await fc.assert(
        fc.asyncProperty(operations, async (sequence) => {
          const clock = new FakeClock();
          const store = new LogStore(new MemoryBackend(chunkLimits), { clock });
          await new Driver(store, clock, () => store).run(sequence);
        }),
        { numRuns: 100 },
      );
    },
    60_000,
  );
});
