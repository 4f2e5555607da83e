import { describe, expect, test } from "vitest";
import type { AppendOptions, PutOptions } from "../../src/server/storage/index.ts";
import { append, bytes, bytesOf, close, create, NOW } from "../storage/contract/support.ts";
import { settled } from "../support/fake-clock.ts";
import { filled, metered } from "./metered.ts";

describe("a plain append writes 1 row and sets no alarm", () => {
  const streams: [string, PutOptions][] = [
    ["an endless stream", {}],
    ["a stream with a sliding lifetime", { ttlSeconds: 3600 }],
    ["a stream with an end of life", { expiresAt: "2030-01-01T00:00:00Z" }],
  ];
  const appends: [string, AppendOptions][] = [
    ["without a sequence", {}],
    ["with Stream-Seq", { seq: "1" }],
  ];
  for (const [stream, options] of streams) {
    for (const [how, sent] of appends) {
      test(`to ${stream}, the first one, ${how}`, () =>
        metered(async ({ store, meter }) => {
          await create(store, "s", options);
          expect(await meter.cost(() => append(store, "s", "x", sent))).toMatchObject({ written: 1, alarms: 0 });
        }));

      test(`to ${stream}, a later one, ${how}`, () =>
        metered(async ({ store, meter, clock }) => {
          await filled(store, 3, options);
          await clock.advance(1_000_000);
          expect(await meter.cost(() => append(store, "s", "x", sent))).toMatchObject({ written: 1, alarms: 0 });
        }));
    }
  }

  test("that starts a new chunk", () =>
    metered(async ({ store, meter }) => {
      await create(store, "s", { data: bytes("x".repeat(20_000)) });
      expect(await meter.cost(() => append(store, "s", "x"))).toMatchObject({ written: 1 });
      expect(await meter.cost(() => append(store, "s", "x"))).toMatchObject({ written: 1 });
    }));

  test("of JSON", () =>
    metered(async ({ store, meter }) => {
      await store.put("s", { contentType: "application/json" });
      const post = () => store.append("s", bytes('[{"a":1},2]'), { contentType: "application/json" });
      expect(await meter.cost(post)).toMatchObject({ written: 1 });
    }));

  test("to a fork", () =>
    metered(async ({ store, meter }) => {
      await create(store, "source", { data: bytes("abc") });
      await store.put("s", { forkedFrom: "source" });
      expect(await meter.cost(() => append(store, "s", "x"))).toMatchObject({ written: 1 });
    }));

  test("that is the first after a restart", () =>
    metered(async ({ store, meter, restart }) => {
      await filled(store, 3, { ttlSeconds: 3600 });
      const next = restart();
      expect(await meter.cost(() => append(next, "s", "x"))).toMatchObject({ written: 1, alarms: 0 });
    }));

  test("while somebody waits", () =>
    metered(async ({ store, meter }) => {
      await filled(store, 3);
      const wait = store.waitForData("s", NOW, 1000);
      await settled();
      const both = async () => {
        await append(store, "s", "x");
        await wait;
      };
      expect(await meter.cost(both)).toMatchObject({ written: 1 });
    }));
});

describe("an append with producer headers writes 2 rows and sets no alarm", () => {
  test("of a new producer", () =>
    metered(async ({ store, meter }) => {
      await filled(store, 3, { ttlSeconds: 3600 });
      const post = () => append(store, "s", "x", { producer: { id: "p", epoch: 0, seq: 0 } });
      expect(await meter.cost(post)).toMatchObject({ written: 2, alarms: 0 });
    }));

  test("of a new producer, the first append of all", () =>
    metered(async ({ store, meter }) => {
      await create(store, "s");
      const post = () => append(store, "s", "x", { producer: { id: "p", epoch: 0, seq: 0 } });
      expect(await meter.cost(post)).toMatchObject({ written: 2, alarms: 0 });
    }));

  test("of a known producer, with Stream-Seq", () =>
    metered(async ({ store, meter }) => {
      await create(store, "s");
      await append(store, "s", "x", { producer: { id: "p", epoch: 0, seq: 0 } });
      const post = () => append(store, "s", "y", { seq: "1", producer: { id: "p", epoch: 0, seq: 1 } });
      expect(await meter.cost(post)).toMatchObject({ written: 2, alarms: 0 });
    }));

  test("of a new epoch", () =>
    metered(async ({ store, meter }) => {
      await create(store, "s");
      await append(store, "s", "x", { producer: { id: "p", epoch: 0, seq: 0 } });
      const post = () => append(store, "s", "y", { producer: { id: "p", epoch: 1, seq: 0 } });
      expect(await meter.cost(post)).toMatchObject({ written: 2, alarms: 0 });
    }));
});

describe("nothing is written", () => {
  const nothing = { written: 0, alarms: 0 };

  test("by a duplicate", () =>
    metered(async ({ store, meter }) => {
      await create(store, "s", { ttlSeconds: 3600 });
      const post = () => append(store, "s", "x", { producer: { id: "p", epoch: 0, seq: 0 } });
      await post();
      expect(await meter.cost(post)).toMatchObject(nothing);
    }));

  test("by a refused append", () =>
    metered(async ({ store, meter }) => {
      await create(store, "s");
      const post = () => append(store, "s", "x", { contentType: "text/html" }).catch(() => {});
      expect(await meter.cost(post)).toMatchObject(nothing);
    }));

  test("by a repeated PUT and a repeated close", () =>
    metered(async ({ store, meter }) => {
      await create(store, "s", { closed: true });
      expect(await meter.cost(() => create(store, "s", { closed: true }))).toMatchObject(nothing);
      expect(await meter.cost(() => close(store, "s"))).toMatchObject(nothing);
    }));

  test("by head, catch-up and has", () =>
    metered(async ({ store, meter }) => {
      await filled(store, 100, { ttlSeconds: 3600 });
      expect(await meter.cost(() => store.head("s"))).toMatchObject(nothing);
      expect(await meter.cost(async () => bytesOf(await store.read("s")))).toMatchObject(nothing);
      expect(await meter.cost(async () => bytesOf(await store.read("s", { maxBytes: 50 })))).toMatchObject(nothing);
      expect(await meter.cost(() => store.get("s"))).toMatchObject(nothing);
      expect(await meter.cost(async () => store.has("s"))).toMatchObject(nothing);
    }));

  test("by the reads of a fork", () =>
    metered(async ({ store, meter }) => {
      await create(store, "source", { data: bytes("abc") });
      await store.put("s", { forkedFrom: "source", data: bytes("def") });
      expect(await meter.cost(async () => bytesOf(await store.read("s")))).toMatchObject(nothing);
    }));

  test("by waits that end with nothing, whatever the lifetime", () =>
    metered(async ({ store, meter, clock }) => {
      await create(store, "s", { ttlSeconds: 3600 });
      const wait = async () => {
        const waiting = store.waitForData("s", NOW, 20_000);
        await clock.advance(20_000);
        await waiting;
        await settled();
      };
      expect(await meter.cost(wait)).toMatchObject(nothing);
      expect(await meter.cost(wait)).toMatchObject(nothing);
    }));

  test("by a store that opens tables which are there", () =>
    metered(async ({ store, meter, restart }) => {
      await filled(store, 1);
      expect(await meter.cost(() => restart().head("s"))).toMatchObject(nothing);
    }));

  test("by maintenance that finds nothing due", () =>
    metered(async ({ store, meter }) => {
      await filled(store, 1, { ttlSeconds: 3600 });
      expect(await meter.cost(() => store.maintain())).toMatchObject(nothing);
    }));
});

describe("reads that slide a lifetime", () => {
  test("write 1 row for each tenth of it, however many they are", () =>
    metered(async ({ store, meter, clock }) => {
      await create(store, "s", { ttlSeconds: 1000 });
      const reads = async () => {
        for (let second = 0; second < 1000; second += 10) {
          await clock.advance(10_000);
          await Promise.all([store.read("s"), store.read("s"), store.read("s")]);
        }
      };
      expect(await meter.cost(reads)).toMatchObject({ written: 10, alarms: 0 });
    }));
});

describe("other operations", () => {
  test("a creation writes at most 3 rows, the counter of streams among them", () =>
    metered(async ({ store, meter }) => {
      await create(store, "first");
      expect(await meter.cost(() => create(store, "s"))).toMatchObject({ written: 2, alarms: 0 });
      expect(await meter.cost(() => create(store, "t", { data: bytes("x") }))).toMatchObject({ written: 3, alarms: 0 });
    }));

  test("a creation with a lifetime plans its end: 1 row and 1 alarm more", () =>
    metered(async ({ store, meter }) => {
      await create(store, "first");
      expect(await meter.cost(() => create(store, "s", { ttlSeconds: 60 }))).toMatchObject({ written: 3, alarms: 1 });
    }));

  test("a close writes 1 row", () =>
    metered(async ({ store, meter }) => {
      await filled(store, 3);
      expect(await meter.cost(() => close(store, "s"))).toMatchObject({ written: 1, alarms: 0 });
    }));
});
