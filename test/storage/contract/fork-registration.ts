import { describe, expect } from "vitest";
import type { AcquireRequest } from "../../../src/server/storage/index.ts";
import { mintStreamId } from "../../../src/shared/index.ts";
import type { Check } from "./harness.ts";
import { expectReleased, linkedCheck } from "./linked-check.ts";
import { append, bytes, create, refusalTag } from "./support.ts";

/** How a source keeps its forks in mind. */
export function forkRegistrationContract(check: Check): void {
  const linked = linkedCheck(check);

  describe("a source", () => {
    const request = (deadline: number): AcquireRequest => ({ source: "source", forkId: mintStreamId(), deadline });

    linked("registers a fork once, however often that is asked", async ({ store, clock }) => {
      const asked = request(clock.now());
      const first = await store.forkSource.acquireFork(asked);
      expect(await store.forkSource.acquireFork(asked)).toEqual(first);
      await store.forkSource.releaseFork("source", asked.forkId);
      await expectReleased({ store });
    });

    linked("keeps the fork point of the first request after it grew", async ({ store, clock }) => {
      const asked = request(clock.now());
      const first = await store.forkSource.acquireFork(asked);
      await append(store, "source", "def");
      expect(await store.forkSource.acquireFork(asked)).toEqual(first);
    });

    linked("refuses a request during which another stream takes its place", async ({ store, clock }) => {
      const acquiring = refusalTag(store.forkSource.acquireFork(request(clock.now())));
      const deleted = store.delete("source");
      const created = create(store, "source", { data: bytes("another") });
      await Promise.all([deleted, created]);
      expect(await acquiring).toBe("StreamNotFoundError");
      await expectReleased({ store });
    });

    linked("refuses a request that comes too late, and registers nothing", async ({ store, clock }) => {
      expect(await refusalTag(store.forkSource.acquireFork(request(clock.now() - 1)))).toBe("UnavailableError");
      await expectReleased({ store });
    });

    linked("refuses to be retained too late, and registers nothing", async ({ store, clock }) => {
      const { streamId } = await store.head("source");
      const call = store.forkSource.retainFork({
        path: "source",
        streamId,
        start: 0,
        end: 3,
        forkId: mintStreamId(),
        deadline: clock.now() - 1,
      });
      expect(await refusalTag(call)).toBe("UnavailableError");
      await expectReleased({ store });
    });

    linked("refuses to be retained as a stream that it is not", async ({ store, clock }) => {
      const call = store.forkSource.retainFork({
        path: "source",
        streamId: mintStreamId(),
        start: 0,
        end: 3,
        forkId: mintStreamId(),
        deadline: clock.now(),
      });
      expect(await refusalTag(call)).toBe("StreamGoneError");
    });

    linked("forgets a fork, however often that is asked, and one that it never knew", async ({ store, clock }) => {
      const asked = request(clock.now());
      await store.forkSource.acquireFork(asked);
      await store.delete("source");
      await store.forkSource.releaseFork("source", mintStreamId());
      expect(await refusalTag(store.head("source"))).toBe("StreamGoneError");
      await store.forkSource.releaseFork("source", asked.forkId);
      await store.forkSource.releaseFork("source", asked.forkId);
      expect(await refusalTag(store.head("source"))).toBe("StreamNotFoundError");
    });

    linked("serves only forks that are registered, and them up to their fork point", async ({ store, clock }) => {
      const asked = request(clock.now());
      const { segments } = await store.forkSource.acquireFork(asked);
      await append(store, "source", "def");
      const [segment] = segments;
      const access = { path: "source", streamId: segment?.streamId ?? mintStreamId(), start: 0, end: 3 };
      const read = async (forkId: typeof asked.forkId, end: number) => {
        const chunks: Uint8Array[] = [];
        const range = store.forkSource.readSegment({ ...access, end, forkId }, 0, end);
        for await (const chunk of range) chunks.push(chunk);
        return chunks.length;
      };
      expect(await read(asked.forkId, 3)).toBe(1);
      expect(await refusalTag(read(asked.forkId, 4))).toBe("StreamGoneError");
      expect(await refusalTag(read(mintStreamId(), 3))).toBe("StreamGoneError");
    });
  });
}
