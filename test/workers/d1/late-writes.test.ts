import { expect, test } from "vitest";
import { D1Store } from "../../../src/server/storage/d1/index.ts";
import { TRAIL_LENGTH } from "../../../src/server/storage/d1/trail.ts";
import { append, bytes, contentOf, create } from "../../storage/contract/support.ts";
import { StorageFault } from "../shared/faults.ts";
import { HastyClock } from "../shared/hasty-clock.ts";
import { inObject } from "../sqlite-harness.ts";
import { intercept } from "./intercept.ts";
import { objectDatabase } from "./object-database.ts";

/** A store whose first write is held back on its way, and is given up by the store meanwhile. */
function holdingBack(database: D1Database) {
  let held: (() => Promise<unknown>) | undefined;
  const store = new D1Store(
    intercept(database, async (run, { batch }) => {
      if (!batch || held !== undefined) return run();
      held = run;
      throw new StorageFault("The call is still on its way");
    }),
    { clock: new HastyClock() },
  );
  const arrive = async (): Promise<unknown> => {
    if (held === undefined) throw new Error("Nothing was held back");
    return held();
  };
  return { store, arrive };
}

test("an append that arrives late is not made again, also when its chunk has forgotten that it was", () =>
  inObject(async (storage) => {
    const database = objectDatabase(storage);
    await create(new D1Store(database), "s", { data: bytes("abc") });
    const { store, arrive } = holdingBack(database);
    await append(store, "s", "d");
    // So many appends by others, in one step.
    storage.sql.exec(
      "UPDATE dcs_chunks SET data = CAST(data || ? AS BLOB), trail = substr(trail || ?, ?)",
      bytes("e".repeat(600)),
      "0123456789ab".repeat(600),
      -TRAIL_LENGTH,
    );
    await expect(arrive()).rejects.toThrow("dcs_guard");
    expect(await contentOf(new D1Store(database), "s")).toBe(`abcd${"e".repeat(600)}`);
    await append(store, "s", "f");
    expect(await contentOf(new D1Store(database), "s")).toBe(`abcd${"e".repeat(600)}f`);
  }));

test("an append that arrives late, behind others and before its repetition, is made once", () =>
  inObject(async (storage) => {
    const database = objectDatabase(storage);
    const other = new D1Store(database);
    await create(other, "s", { data: bytes("abc") });
    const { store, arrive } = holdingBack(database);
    const appended = append(store, "s", "d");
    await append(other, "s", "e");
    await arrive().catch(() => {});
    await appended;
    const content = await contentOf(other, "s");
    expect(["abcde", "abced"]).toContain(content);
  }));
