import fc from "fast-check";
import { describe, test } from "vitest";
import type { ChunkLimits } from "../../src/server/storage/engine/chunk-plan.ts";
import { LogStore } from "../../src/server/storage/engine/log-store.ts";
import { SqliteBackend } from "../../src/server/storage/sqlite/backend.ts";
import { Driver } from "../storage/model/driver.ts";
import { operations } from "../storage/model/operations.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { inObject } from "./sqlite-harness.ts";

const limits: ChunkLimits[] = [
  { maxBytes: 64, coalesceBelow: 16 },
  { maxBytes: 16, coalesceBelow: 15 },
];

describe("SqliteStore and a simple model agree on any sequence of operations", () => {
  test.each(limits)(
    "with chunks of $maxBytes bytes, open below $coalesceBelow",
    async (chunkLimits) => {
      await inObject((storage) =>
        fc.assert(
          fc.asyncProperty(operations, async (sequence) => {
            const clock = new FakeClock();
            await storage.deleteAll();
            const open = () => {
              const atomically = <T>(apply: () => T): T => storage.transactionSync(apply);
              return new LogStore(new SqliteBackend({ sql: storage.sql, atomically, planned: () => {} }, chunkLimits), {
                clock,
              });
            };
            await new Driver(open(), clock, open).run(sequence);
          }),
          { numRuns: 120 },
        ),
      );
    },
    60_000,
  );
});
