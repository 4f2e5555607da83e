import { describe, expect, test } from "vitest";
import type { SqliteStore } from "../../src/server/storage/sqlite/index.ts";
import { append, bytes, bytesOf, create, START } from "../storage/contract/support.ts";
import { filled, metered } from "./metered.ts";

const chunkRows = (storage: DurableObjectStorage): number =>
  storage.sql.exec<{ rows: number }>("SELECT count(*) AS rows FROM dcs_chunks").one().rows;

describe("many small appends", () => {
  test(
    "of 20 bytes, 100,000 of them, leave at most 200 rows, and reading all reads no more",
    () =>
      metered(async ({ store, meter, storage }) => {
        await filled(store, 100_000);
        const rows = chunkRows(storage);
        const whole = await meter.cost(async () => bytesOf(await store.read("s")));
        console.log(`100,000 appends of 20 bytes: ${rows} chunk rows, a catch-up reads ${whole.read} rows`);
        expect(rows).toBeLessThanOrEqual(200);
        expect(whole.read).toBeLessThanOrEqual(200);
        expect(whole.written).toBe(0);
      }),
    60_000,
  );

  test(
    "cost no row more to read from at the tail, or to append to, after 10,000 of them",
    () =>
      metered(async ({ store, meter, restart }) => {
        await create(store, "s");
        let last = START;
        let tail = START;
        for (let i = 0; i < 10_000; i++) {
          last = tail;
          ({ nextOffset: tail } = await append(store, "s", "twenty bytes of text"));
        }
        const read = (current: SqliteStore) =>
          meter.cost(async () => {
            expect(await bytesOf(await current.read("s", { offset: last }))).toHaveLength(20);
          });
        expect(await read(store)).toEqual({ read: 3, written: 0, alarms: 0 });
        expect((await meter.cost(() => store.get("s", { offset: last }))).read).toBe(3);
        // The first operation of an object's life looks at the version of its tables.
        expect(await read(restart())).toEqual({ read: 4, written: 0, alarms: 0 });
        expect((await meter.cost(() => append(store, "s", "x"))).read).toBe(2);
        const { read: afterAnother } = await meter.cost(() => append(restart(), "s", "x"));
        expect(afterAnother).toBe(4);
      }),
    60_000,
  );

  test(
    "cost no row more to read 1 JSON message from at the tail, after 10,000 of them",
    () =>
      metered(async ({ store, meter }) => {
        await store.put("s", { contentType: "application/json" });
        let last = START;
        let tail = START;
        for (let i = 0; i < 10_000; i++) {
          last = tail;
          ({ nextOffset: tail } = await store.append("s", bytes('"eighteen bytes..."'), {
            contentType: "application/json",
          }));
        }
        const read = async () => {
          expect(await bytesOf(await store.read("s", { offset: last }))).toHaveLength(20);
        };
        expect(await meter.cost(read)).toEqual({ read: 3, written: 0, alarms: 0 });
      }),
    60_000,
  );

  test(
    "cost the same rows after 20,000 of them as on an empty stream, in about the same time",
    () =>
      metered(async ({ store, meter }) => {
        const body = bytes("twenty bytes of text");
        const round = async (path: string) => {
          const started = performance.now();
          for (let i = 0; i < 2000; i++) await store.append(path, body, { contentType: "text/plain" });
          return performance.now() - started;
        };
        await create(store, "warm-up");
        await round("warm-up");
        await create(store, "empty");
        const onEmpty = await round("empty");
        await filled(store, 20_000);
        const onFull = await round("s");
        await create(store, "fresh");
        await append(store, "fresh", "x");
        const fresh = await meter.cost(() => append(store, "fresh", "x"));
        expect(await meter.cost(() => append(store, "s", "x"))).toEqual(fresh);
        console.log(`append to 20,000 messages / to none: ${(onFull / onEmpty).toFixed(2)} of the time`);
      }),
    60_000,
  );
});
