import fc from "fast-check";
import { expect, test } from "vitest";
import type { Transacted } from "../../../src/server/storage/engine/backend.ts";
import type { ChunkLimits } from "../../../src/server/storage/engine/chunk-plan.ts";
import type { Commit, Decision } from "../../../src/server/storage/engine/commit.ts";
import { LogStore } from "../../../src/server/storage/engine/log-store.ts";
import type { Snapshot, SnapshotKeys } from "../../../src/server/storage/engine/state.ts";
import { stateAfter } from "../../../src/server/storage/engine/state-after.ts";
import { MemoryBackend } from "../../../src/server/storage/memory/backend.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { Driver } from "../model/driver.ts";
import { operations } from "../model/operations.ts";

const LIMITS: ChunkLimits = { maxBytes: 64, coalesceBelow: 16 };

/** Compares, after each commit, the state that is computed with the one that is kept. */
class CheckedBackend extends MemoryBackend {
  commits = 0;

  override transact<Result>(
    path: string,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Transacted<Result> {
    let made: { snapshot: Snapshot; commit: Commit } | undefined;
    const stored = this.load(path);
    const transacted = super.transact(path, keys, (snapshot) => {
      const decision = decide(snapshot);
      if (decision.commit) made = { snapshot: { ...snapshot, state: stored }, commit: decision.commit };
      return decision;
    });
    if (made !== undefined) {
      this.commits += 1;
      expect(stateAfter(made.snapshot, made.commit, transacted.tail)).toEqual(this.load(path));
    }
    return transacted;
  }
}

test("what a commit is said to leave is what it leaves", async () => {
  let commits = 0;
  await fc.assert(
    fc.asyncProperty(operations, async (sequence) => {
      const clock = new FakeClock();
      const backend = new CheckedBackend(LIMITS);
      const open = () => new LogStore(backend, { clock });
      await new Driver(open(), clock, open).run(sequence);
      commits += backend.commits;
    }),
    { numRuns: 60 },
  );
  expect(commits).toBeGreaterThan(100);
}, 60_000);
