import type { PutOptions } from "../../src/server/storage/index.ts";
import { SqliteStore } from "../../src/server/storage/sqlite/index.ts";
import { bytes, create } from "../storage/contract/support.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { RowMeter } from "./row-meter.ts";
import { inObject } from "./sqlite-harness.ts";

/** What a test of costs works with. */
export interface Bed {
  readonly store: SqliteStore;
  readonly meter: RowMeter;
  readonly clock: FakeClock;
  readonly storage: DurableObjectStorage;
  restart(): SqliteStore;
}

/** Runs `body` with a metered store. */
export function metered(body: (bed: Bed) => Promise<void>): Promise<void> {
  return inObject((storage) => {
    const clock = new FakeClock();
    const meter = new RowMeter(storage);
    const open = () => new SqliteStore(meter.storage, { clock, onPlanned: meter.onPlanned });
    return body({ store: open(), meter, clock, storage, restart: open });
  });
}

/** A stream `s` of `count` appends of 20 bytes. */
export async function filled(store: SqliteStore, count: number, options: PutOptions = {}): Promise<void> {
  await create(store, "s", options);
  const data = bytes("twenty bytes of text");
  for (let i = 0; i < count; i++) await store.append("s", data, { contentType: "text/plain" });
}
