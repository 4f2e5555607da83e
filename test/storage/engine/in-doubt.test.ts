import { expect, test } from "vitest";
import type { Backend } from "../../../src/server/storage/engine/backend.ts";
import type { Commit } from "../../../src/server/storage/engine/commit.ts";
import { LogStore } from "../../../src/server/storage/engine/log-store.ts";
import { MemoryBackend } from "../../../src/server/storage/memory/backend.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { append, contentOf, create, START } from "../contract/support.ts";

/** A store that loses the answer to every commit that `loses` picks: it takes effect, and fails. */
function lossyStore(clock: FakeClock, loses: (commit: Commit) => boolean): LogStore {
  class LossyBackend extends MemoryBackend {
    override transact: MemoryBackend["transact"] = (path, keys, decide) => {
      let lost = false;
      const outcome = super.transact(path, keys, (snapshot) => {
        const decision = decide(snapshot);
        lost = decision.commit !== undefined && loses(decision.commit);
        return decision;
      });
      if (lost) throw new Error("The answer was lost");
      return outcome;
    };
  }
  const backend: Backend = new LossyBackend({ maxBytes: 1024, coalesceBelow: 128 });
  return new LogStore(backend, { clock });
}

test("a fork whose creation was not confirmed, but made, keeps what it reads of its source", async () => {
  const clock = new FakeClock();
  const store = lossyStore(clock, ({ create }) => create?.fork !== undefined);
  await create(store, "source");
  await append(store, "source", "inherited");
  await expect(store.put("fork", { forkedFrom: "source" })).rejects.toThrow("The answer was lost");
  expect(await contentOf(store, "fork")).toBe("inherited");
  await store.delete("source");
  await clock.advance(24 * 3_600_000);
  await store.maintain();
  expect(await contentOf(store, "fork")).toBe("inherited");
});

test("an append that was not confirmed, but made, wakes whoever waits for it", async () => {
  const clock = new FakeClock();
  const store = lossyStore(clock, ({ append }) => append !== undefined);
  await create(store, "s");
  const wait = store.waitForData("s", START, 60_000);
  await expect(append(store, "s", "unheard")).rejects.toThrow("The answer was lost");
  expect((await wait).messages).toHaveLength(1);
});
