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

/** Objects that programs leave behind slow a runtime down, so each slice of programs gets a new one. */
const SLICE = Number.POSITIVE_INFINITY;
const MS_PER_MINUTE = 60_000;

/** Without a time, a number of programs takes as long as it takes; without either, a minute. */
const limitMs = MS_PER_MINUTE * Number(minutes ?? (programs === undefined ? "1" : "Infinity"));
const wanted = programs === undefined ? Number.POSITIVE_INFINITY : Number(programs);
const start = performance.now();

let done = 0;
for (let slice = 0; done < wanted && process.exitCode === undefined; slice += 1) {
  const leftMs = limitMs - (performance.now() - start);
  if (leftMs <= 0) break;
  const count = Math.min(SLICE, wanted - done);
  const code = await runSlice(Number(seed) + slice, count, leftMs / MS_PER_MINUTE);
  if (code !== 0) process.exitCode = code;
  done += count;
}

/**
 * Runs programs in a runtime of their own.
 *
 * @param {number} from The seed that they follow from.
 * @param {number} count How many.
 * @param {number} limit After so many minutes no more are begun.
 * @returns {Promise<number>} Exit code.
 */
function runSlice(from, count, limit) {
  const project = store === "memory" ? "node" : "workers";
  const config = "test/torture/long/vitest.config.ts";
  const env = {
    ...process.env,
    TORTURE_STORE: store,
    TORTURE_SEED: String(from),
    TORTURE_MINUTES: String(limit),
    ...(Number.isFinite(count) && { TORTURE_PROGRAMS: String(count) }),
  };
  const child = spawn("vitest", ["run", "--config", config, "--project", project, "--disable-console-intercept"], {
    stdio: "inherit",
    env,
  });
  return new Promise((resolve) => {
    child.on("error", () => resolve(127));
    child.on("close", (code) => resolve(code ?? 1));
  });
}
