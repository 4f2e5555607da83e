import { D1Store } from "../../../src/server/storage/d1/index.ts";
import { append, bytes, create } from "../../storage/contract/support.ts";
import { tracked } from "../../support/fake-clock.ts";
import { crashPoints } from "../shared/crash-points.ts";
import { CRASH_SCENARIOS, type CrashScenario } from "../shared/crash-scenarios.ts";
import { inObject } from "../sqlite-harness.ts";
import { intercept } from "./intercept.ts";
import { objectDatabase } from "./object-database.ts";

/** All that the tables hold, but for what is minted at random and the bytes, which a store shows. */
const HOLDINGS = `SELECT
  (SELECT group_concat(id || epoch || '/' || seq) FROM dcs_producers) AS producers,
  (SELECT count(*) FROM dcs_forks) AS forks,
  (SELECT coalesce(sum(forks), 0) FROM dcs_streams) AS registered,
  (SELECT group_concat(substr(id, 1, 6) || at) FROM dcs_tasks) AS tasks,
  (SELECT count(*) FROM dcs_chunks) AS chunks`;

const TABLES = ["streams", "chunks", "producers", "forks", "tasks", "guard"];

const producer = (seq: number) => ({ id: "p", epoch: 0, seq });
const manyChunks: CrashScenario = {
  name: "a deletion of more rows than one step frees",
  prepare: async (store) => {
    await create(store, "s", { data: bytes("abc") });
    for (let i = 0; i < 150; i++) await append(store, "s", "x".repeat(16_384), { producer: producer(i) });
  },
  act: async (store) => {
    await store.delete("s");
    await store.maintain();
  },
};

crashPoints(
  "the database",
  (body) =>
    inObject(async (storage) => {
      const database = objectDatabase(storage);
      await new D1Store(database).initialize();
      const rows = (query: string) => storage.sql.exec(query).toArray();
      await body({
        open: (clock, around) =>
          new D1Store(
            intercept(database, (run) => tracked(around(run))),
            { clock },
          ),
        holdings: async () => rows(HOLDINGS),
        left: async () => TABLES.flatMap((table) => rows(`SELECT '${table}' AS table_name FROM dcs_${table}`)),
      });
    }),
  [...CRASH_SCENARIOS, manyChunks],
);
