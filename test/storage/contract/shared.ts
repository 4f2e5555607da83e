import { describe, expect, test } from "vitest";
import { settled } from "../../support/fake-clock.ts";
import type { Check, DurableBed, Harness } from "./harness.ts";
import { append, bytes, close, contentOf, create, isThere, NOW, refusalTag, START, text } from "./support.ts";

/** A lifetime of 100 s: a tenth of it is 10 s. */
const TTL = { ttlSeconds: 100 };

/** How soon a watched stream is looked at first, and how seldom at last, in ms. */
const FIRST_LOOK_MS = 100;
const LAST_LOOK_MS = 1000;

const TIMEOUT_MS = 30_000;

/**
 * What a store promises that any number of instances may open over one storage at the same time.
 *
 * @param name Names the store in the report.
 * @param harness Makes an empty store for each test; `restart` opens another instance beside it.
 */
export function sharedStoreContract(name: string, harness: Harness<DurableBed>): void {
  const check: Check<DurableBed> = (title, body, options = {}) => test(title, () => harness(options, body), TIMEOUT_MS);
  describe(name, () => {
    changesByOthers(check);
    lookingForChanges(check);
    sharedLifetimes(check);
    viewsForRequests(check);
  });
}

function changesByOthers(check: Check<DurableBed>): void {
  describe("what another instance did is seen by", () => {
    check("an append, which goes behind it", async ({ store, restart }) => {
      const other = restart();
      await create(store, "s");
      for (let turn = 0; turn < 5; turn++) {
        await append(store, "s", "a");
        await append(other, "s", "b");
      }
      expect(await contentOf(store, "s")).toBe("ababababab");
    });

    check("an append with the same producer", async ({ store, restart }) => {
      const other = restart();
      const producer = { id: "p", epoch: 0, seq: 0 };
      await create(store, "s");
      await append(store, "s", "a", { producer });
      expect(await append(other, "s", "a", { producer })).toMatchObject({ appended: false });
      await append(other, "s", "b", { producer: { ...producer, seq: 1 } });
      expect(await append(store, "s", "b", { producer: { ...producer, seq: 1 } })).toMatchObject({ appended: false });
      expect(await contentOf(store, "s")).toBe("ab");
    });

    check("an append to what was closed, deleted or created again", async ({ store, restart }) => {
      const other = restart();
      await create(store, "s");
      await append(other, "s", "a");
      await close(store, "s");
      expect(await refusalTag(append(other, "s", "b"))).toBe("StreamClosedError");
      await store.delete("s");
      expect(await refusalTag(append(other, "s", "b"))).toBe("StreamNotFoundError");
      await create(store, "s");
      await append(other, "s", "c");
      expect(await contentOf(store, "s")).toBe("c");
    });

    check("a fork, whose source stays for it", async ({ store, restart }) => {
      const other = restart();
      await create(store, "source", { data: bytes("abc") });
      await other.put("fork", { forkedFrom: "source" });
      await store.delete("source");
      expect(await contentOf(other, "fork")).toBe("abc");
    });
  });
}

function lookingForChanges(check: Check<DurableBed>): void {
  const changes: [what: string, change: (other: DurableBed["store"]) => Promise<unknown>, expected: object][] = [
    ["an append", (other) => append(other, "s", "new"), { timedOut: false, closed: false }],
    ["a close", (other) => close(other, "s"), { timedOut: false, closed: true, messages: [] }],
  ];
  describe("a wait is ended by another instance's", () => {
    for (const [what, change, expected] of changes) {
      check(`${what} within two seconds, however long it has waited`, async ({ store, clock, restart }) => {
        await create(store, "s");
        const wait = store.waitForData("s", NOW, 60_000);
        await clock.advance(20_000);
        await change(restart());
        await clock.advance(LAST_LOOK_MS);
        expect(await wait).toMatchObject(expected);
        expect(clock.pending).toBe(0);
      });
    }

    check("append that comes soon, soon", async ({ store, clock, restart }) => {
      await create(store, "s");
      const wait = store.waitForData("s", NOW, 60_000);
      await settled();
      await append(restart(), "s", "new");
      await clock.advance(FIRST_LOOK_MS);
      expect((await wait).messages.map(({ data }) => text(data))).toEqual(["new"]);
    });

    check("deletion", async ({ store, clock, restart }) => {
      await create(store, "s");
      const wait = refusalTag(store.waitForData("s", NOW, 60_000));
      await settled();
      await restart().delete("s");
      await clock.advance(LAST_LOOK_MS);
      expect(await wait).toBe("StreamNotFoundError");
      expect(clock.pending).toBe(0);
    });

    check("deletion of a stream that its forks still read", async ({ store, clock, restart }) => {
      await create(store, "s", { data: bytes("abc") });
      await store.put("fork", { forkedFrom: "s" });
      const wait = refusalTag(store.waitForData("s", NOW, 60_000));
      await settled();
      await restart().delete("s");
      await clock.advance(LAST_LOOK_MS);
      expect(await wait).toBe("StreamGoneError");
    });

    check("replacement of the stream", async ({ store, clock, restart }) => {
      await create(store, "s");
      const wait = refusalTag(store.waitForData("s", NOW, 60_000));
      await settled();
      const other = restart();
      await other.delete("s");
      await create(other, "s");
      await clock.advance(LAST_LOOK_MS);
      expect(await wait).toBe("StreamNotFoundError");
    });
  });

  describe("a watched path", () => {
    check("has one timer, whoever watches, and none when nobody does", async ({ store, clock }) => {
      await create(store, "s");
      const ends = Array.from({ length: 50 }, () => store.watch("s", () => {}));
      await clock.advance(10_000);
      expect(clock.pending).toBe(1);
      for (const end of ends) end();
      expect(clock.pending).toBe(0);
    });

    check("tells nobody of anything as long as nothing happens", async ({ store, clock }) => {
      await create(store, "s");
      let calls = 0;
      store.watch("s", () => {
        calls += 1;
      });
      await clock.advance(30_000);
      expect(calls).toBe(0);
    });

    check("tells of its own instance's appends at once, and once", async ({ store, clock }) => {
      await create(store, "s");
      let calls = 0;
      store.watch("s", () => {
        calls += 1;
      });
      await append(store, "s", "a");
      expect(calls).toBe(1);
      await clock.advance(10_000);
      expect(calls).toBe(1);
    });

    check("tells of each append by another instance", async ({ store, clock, restart }) => {
      const other = restart();
      await create(store, "s");
      let calls = 0;
      store.watch("s", () => {
        calls += 1;
      });
      for (let turn = 1; turn <= 5; turn++) {
        await append(other, "s", "a");
        await clock.advance(LAST_LOOK_MS);
        expect(calls).toBe(turn);
      }
    });

    check("tells of what happened before anything was known of it", async ({ store, clock, restart }) => {
      let calls = 0;
      store.watch("s", () => {
        calls += 1;
      });
      await create(restart(), "s");
      await clock.advance(LAST_LOOK_MS);
      expect(calls).toBeGreaterThan(0);
    });
  });
}

function sharedLifetimes(check: Check<DurableBed>): void {
  describe("a sliding lifetime that several instances see", () => {
    check("does not end early after a read that another one did not store", async ({ store, clock, restart }) => {
      const other = restart();
      await create(store, "s", TTL);
      await clock.advance(9999);
      await other.read("s");
      await clock.advance(99_999);
      expect(await isThere(store, "s")).toBe(true);
      expect(await isThere(restart(), "s")).toBe(true);
    });

    check("does not end early when they read in turn", async ({ store, clock, restart }) => {
      const instances = [store, restart(), restart()];
      await create(store, "s", TTL);
      for (let turn = 0; turn < 60; turn++) {
        await clock.advance(7001);
        for (const instance of instances.slice(turn % 3, (turn % 3) + 1)) await instance.read("s");
      }
      await clock.advance(99_999);
      for (const instance of [...instances, restart()]) expect(await isThere(instance, "s")).toBe(true);
    });

    check("ends a tenth late at most", async ({ store, clock, restart }) => {
      await create(store, "s", TTL);
      await append(store, "s", "x");
      await clock.advance(110_000);
      expect(await isThere(store, "s")).toBe(false);
      expect(await isThere(restart(), "s")).toBe(false);
    });

    check("is cleared away by whoever looks after it", async ({ store, clock, restart }) => {
      await create(store, "s", TTL);
      await clock.advance(100_000);
      expect(await restart().maintain()).toBe(clock.now() + 10_000);
      await clock.advance(10_000);
      expect(await restart().maintain()).toBeUndefined();
      expect(await refusalTag(store.head("s"))).toBe("StreamNotFoundError");
    });

    check("does not end early after a live reader of another instance left", async ({ store, clock, restart }) => {
      const other = restart();
      await create(store, "s", TTL);
      await clock.advance(30_000);
      const end = other.watch("s", () => {});
      await other.read("s");
      end();
      await clock.advance(99_999);
      for (const instance of [store, other, restart()]) expect(await isThere(instance, "s")).toBe(true);
    });

    check("goes on while another instance has an attached reader", async ({ store, clock, restart }) => {
      const other = restart();
      await create(store, "s", TTL);
      const end = other.watch("s", () => {});
      await other.read("s");
      await clock.advance(300_000);
      expect(await isThere(store, "s")).toBe(true);
      end();
    });
  });
}

function viewsForRequests(check: Check<DurableBed>): void {
  describe("a view for a request", () => {
    check("has the same streams, and watches of its own", async ({ store, clock }) => {
      const view = store.forRequest?.() ?? store;
      const another = store.forRequest?.() ?? store;
      expect(new Set([store, view, another]).size).toBe(3);
      await create(view, "s");
      const wait = view.waitForData("s", START, 60_000);
      await settled();
      await append(another, "s", "new");
      await clock.advance(LAST_LOOK_MS);
      expect((await wait).messages.map(({ data }) => text(data))).toEqual(["new"]);
      expect(clock.pending).toBe(0);
    });
  });
}
