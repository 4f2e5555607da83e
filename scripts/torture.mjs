// npm run torture: random programs against one store, for as long as wanted.
//   npm run torture -- --store sqlite --minutes 10
//   npm run torture -- --store d1 --programs 500 --seed 42
import "./quiet.mjs";
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";

const STORES = ["memory", "sqlite", "d1", "r2", "kv"];

const { values } = parseArgs({
  options: {
    store: { type: "string", default: "memory" },
    seed: { type: "string" },
    programs: { type: "string" },
    minutes: { type: "string" },
  },
});
const { store, programs, minutes } = values;
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
if (
  !STORES.includes(store) ||
  [seed, programs, minutes].some((value) => value !== undefined && !(Number(value) >= 0))
) {
  console.error(`usage: npm run torture -- [--store ${STORES.join("|")}] [--minutes N] [--programs N] [--seed N]`);
  process.exit(2);
}

const env = {
  ...process.env,
  TORTURE_STORE: store,
  TORTURE_SEED: seed,
  // Without a time, a number of programs takes as long as it takes; without either, a minute.
  TORTURE_MINUTES: minutes ?? (programs === undefined ? "1" : "Infinity"),
  ...(programs !== undefined && { TORTURE_PROGRAMS: programs }),
};
const project = store === "memory" ? "node" : "workers";
const options = ["--config", "test/torture/long/vitest.config.ts", "--project", project, "--disable-console-intercept"];
const child = spawn("vitest", ["run", ...options], { stdio: "inherit", env });
child.on("error", (error) => {
  console.error(`vitest: ${error.message}`);
  process.exitCode = 127;
});
child.on("close", (code) => {
  process.exitCode = code ?? 1;
});
