import { describe, expect, test } from "vitest";
import type { StreamStore } from "../../../src/server/storage/index.ts";
import { isStreamError } from "../../../src/shared/index.ts";
import { at, contentOf, createJson, offsetsOf, START } from "../../storage/contract/support.ts";
import { settled } from "../../support/fake-clock.ts";
import type { Around } from "./faults.ts";

/** Messages that each fill a chunk. */
const OLD = ["a", "b", "c"].map((letter) => `"${letter.repeat(17_000)}"`);
const NEW = '"new"';

/** Runs `body` with an empty store whose calls to the storage go as told. */
export type DeletionHarness = (around: Around, body: (store: StreamStore) => Promise<void>) => Promise<void>;

/** What becomes of a stream while it is read, and what else than its bytes a reader may be told then. */
const FATES: Record<string, { befall(store: StreamStore): Promise<unknown>; answers: readonly string[] }> = {
  "was deleted": {
    befall: (store) => store.delete("s"),
    answers: ["StreamNotFoundError"],
  },
  "was deleted and created again": {
    befall: async (store) => {
      await store.delete("s");
      // Refused where the fork that is being made reads the old one by then.
      await createJson(store, "s", `[${NEW}]`).catch((error) => expect(tagOf(error)).toBe("StreamConflictError"));
    },
    // What was asked for is not in the new one.
    answers: ["StreamNotFoundError", "InvalidOffsetError", "InvalidRequestError"],
  },
};

type Read = (store: StreamStore) => Promise<unknown>;

const READS: [name: string, read: Read][] = [
  ["a read of all of it", (store) => contentOf(store, "s")],
  ["a read from within", async (store) => contentOf(store, "s", at(await offsetsOf(store, "s"), 0))],
  ["a read of its messages", async (store) => (await store.get("s")).messages.length],
];

/** The source is asked in the order of its writes where it has an owner, so that no deletion comes in between. */
const FORK: [name: string, read: Read] = [
  "a fork of it",
  (store) => store.put("f", { forkedFrom: "s", forkOffset: START, forkSubOffset: 2 }),
];

const tagOf = (error: unknown): string => (isStreamError(error) ? error._tag : String(error));

/**
 * Lets a stream go away before each call to the storage that a read of it makes.
 *
 * @param queued Whether writes wait for one another before they call the storage.
 */
export function deletionsWhileRead(storage: string, queued: boolean, harness: DeletionHarness): void {
  describe.each(queued ? READS : [...READS, FORK])(`${storage}: %s`, (_name, read) => {
    test.each(Object.entries(FATES))("does not call a stream gone that %s meanwhile", async (_fate, fate) => {
      for (let nth = 1, isOver = false; !isOver; nth++) {
        let store: StreamStore | undefined;
        let calls = Number.NEGATIVE_INFINITY;
        const around: Around = async (run) => {
          calls += 1;
          if (calls === nth && store !== undefined) {
            // Its own calls do not count.
            calls = Number.NEGATIVE_INFINITY;
            await fate.befall(store);
          }
          return run();
        };
        await harness(around, async (opened) => {
          store = opened;
          await createJson(store, "s", `[${OLD.join()}]`);
          await settled();
          calls = 0;
          expect(["read", ...fate.answers]).toContain(await read(store).then(() => "read", tagOf));
          isOver = calls >= 0;
        });
        expect(nth).toBeLessThan(100);
      }
    });
  });
}
