import { describe, expect, test } from "vitest";
import type { StreamStore } from "../../../src/server/storage/index.ts";
import { isStreamError, type Offset } from "../../../src/shared/index.ts";
import { appendJson, at, contentOf, createJson, offsetsOf, START, text } from "../../storage/contract/support.ts";
import { settled } from "../../support/fake-clock.ts";
import { type Around, healthy } from "./faults.ts";

/** Messages that each fill a chunk. */
const OLD = ["a", "b", "c"].map((letter) => `"${letter.repeat(17_000)}"`);
const NEW = ['"new"'];

/** As they are stored. */
const stored = (messages: readonly string[]): string => messages.map((message) => `${message},`).join("");

/** Opens one store after the other over the same storage, which is empty at first, each with its calls as told. */
export type DeletionHarness = (body: (open: (around: Around) => StreamStore) => Promise<void>) => Promise<void>;

/** What becomes of a stream while it is read, and what else than its bytes a reader may be told then. */
const FATES: Record<string, { befall(store: StreamStore): Promise<unknown>; refusals: readonly string[] }> = {
  "was deleted": {
    befall: (store) => store.delete("s"),
    refusals: ["StreamNotFoundError"],
  },
  "was deleted and created again": {
    befall: async (store) => {
      await store.delete("s");
      // Refused where the fork that is being made reads the old one by then.
      await createJson(store, "s", `[${NEW}]`).catch((error) => expect(tagOf(error)).toBe("StreamConflictError"));
    },
    // What was asked for is not in the new one.
    refusals: ["StreamNotFoundError", "InvalidOffsetError", "InvalidRequestError"],
  },
};

interface Read {
  readonly name: string;
  /** @param second Where the second message begins. */
  run(store: StreamStore, second: Offset): Promise<string>;
  /** What it finds: all of one stream, or of the other. */
  readonly finds: readonly string[];
}

const READS: readonly Read[] = [
  {
    name: "a read of all of it",
    run: (store) => contentOf(store, "s"),
    finds: [stored(OLD), stored(NEW)],
  },
  {
    name: "a read from within",
    run: (store, second) => contentOf(store, "s", second),
    finds: [stored(OLD.slice(1))],
  },
  {
    name: "a read of its messages",
    run: async (store) => stored((await store.get("s")).messages.map(({ data }) => text(data))),
    finds: [stored(OLD), stored(NEW)],
  },
];

/** The source is asked in the order of its writes where it has an owner, so that no deletion comes in between. */
const FORK: Read = {
  name: "a fork of it",
  run: async (store) => {
    await store.put("f", { forkedFrom: "s", forkOffset: START, forkSubOffset: 2 });
    return contentOf(store, "f");
  },
  finds: [stored(OLD.slice(0, 2))],
};

const tagOf = (error: unknown): string => (isStreamError(error) ? error._tag : String(error));

/**
 * Lets a stream go away before each call to the storage that a read of it makes, by a process that has not read it before.
 *
 * @param queued Whether writes wait for one another before they call the storage.
 */
export function deletionsWhileRead(storage: string, queued: boolean, harness: DeletionHarness): void {
  describe.each(queued ? READS : [...READS, FORK])(`${storage}: $name`, ({ run, finds }) => {
    test.each(Object.entries(FATES))("does not call a stream gone that %s meanwhile", async (_fate, fate) => {
      const outcomes: string[] = [];
      for (let nth = 1, isOver = false; !isOver; nth++) {
        await harness(async (open) => {
          const writer = open(healthy);
          await createJson(writer, "s");
          for (const message of OLD) await appendJson(writer, "s", message);
          await settled();
          const second = at(await offsetsOf(writer, "s"), 0);
          let calls = 0;
          const reader = open(async (call) => {
            calls += 1;
            // The calls that it makes itself do not count.
            if (calls === nth) {
              calls = Number.NEGATIVE_INFINITY;
              await fate.befall(reader);
            }
            return call();
          });
          const outcome = await run(reader, second).catch(tagOf);
          isOver = calls >= 0;
          if (!isOver) outcomes.push(outcome);
          expect([...finds, ...fate.refusals]).toContain(outcome);
        });
        expect(nth).toBeLessThan(100);
      }
      // It did go away under its reader, who then read the new one or nothing.
      expect(outcomes.some((outcome) => outcome !== finds[0])).toBe(true);
    });
  });
}
