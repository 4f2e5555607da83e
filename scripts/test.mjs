// npm test: every check of the project, in the order in which a failure is cheapest to learn of. Stops at the first
// step that fails, then says what ran and for how long; the last line counts the tests.
import "./quiet.mjs";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder.mjs";
import { readTestCounts } from "./test-report.mjs";

/**
 * @typedef {{ name: string, command: [tool: string, ...args: string[]], live?: boolean, nice?: number }} Check
 * @typedef {{ name: string, ok: boolean, seconds: number }} Result
 */

/** The files that run the official conformance suite, each against another server, and how many there are. */
const OFFICIAL_SUITE = /^test[\\/]conformance[\\/][a-z0-9]+-(object|worker|memory)\.test\.ts$/;
const CONFORMANCE_SERVERS = 8;
/** The official suite leaves tests out by itself when it is not asked for what they test: each server passes all others. */
const WHOLE = { passed: 332, skipped: 6 };
/** A check that takes longer than this hangs. */
const LONGEST_MS = 45 * 60_000;

const start = performance.now();
const scratch = temporaryFolder("npm-test-");
process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
  process.once(signal, () => process.exit(1));
// What the checks start inherits it.
process.env.TMPDIR = scratch;
const reports = { tests: join(scratch, "tests.json"), official: join(scratch, "official.json") };

/** @param {string} project @param {string} report @returns {Check["command"]} */
const vitest = (project, report) => {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  return ["vitest", "run", `--project=${project}`, ...reporters];
};

/** Checks of one step run side by side; a step starts when the one before it has passed. @type {Check[][]} */
const steps = [
  [
    { name: "format and lint", command: ["biome", "check", "--error-on-warnings", "."] },
    { name: "types", command: ["node", "scripts/types.mjs"] },
    { name: "snippets", command: ["node", "scripts/snippets.mjs", "--check"] },
    { name: "API reference", command: ["typedoc", "--emit", "none", "--logLevel", "Warn"] },
  ],
  [{ name: "build", command: ["tsup"] }],
  [
    { name: "package: publint", command: ["publint", "--strict"] },
    { name: "package: attw", command: ["attw", "--profile", "esm-only", "--quiet", "--pack", "."] },
    { name: "package: size", command: ["size-limit"] },
  ],
  [
    // The official suite waits on the clock for half of its time, and leaves half a second to a server that has to answer in
    // time. So it goes first, and the other tests take what it leaves.
    { name: "official suite", command: vitest("conformance", reports.official) },
    { name: "tests", command: vitest("!conformance", reports.tests), live: true, nice: 10 },
  ],
];

/** @type {Result[]} */
const results = [];
for (const step of steps) {
  results.push(...(await Promise.all(step.map(run))));
  if (results.some(({ ok }) => !ok)) {
    break;
  }
}

const { folders, files } = await readTestCounts(Object.values(reports));
console.log();
for (const { name, ok, seconds } of results) {
  console.log(`${ok ? "ok  " : "FAIL"}  ${name.padEnd(18)} ${seconds.toFixed(1).padStart(6)} s`);
}
for (const { name } of steps.flat().slice(results.length)) {
  console.log(`-     ${name.padEnd(18)} not run`);
}
for (const [folder, { passed, failed, skipped }] of folders) {
  console.log(`      ${folder.padEnd(18)} ${passed} passed, ${failed} failed, ${skipped} skipped`);
}

const official = [...files].filter(([path]) => OFFICIAL_SUITE.test(path));
const complaints = official
  .filter(([, { passed, skipped }]) => passed !== WHOLE.passed || skipped !== WHOLE.skipped)
  .map(([path, counts]) => `${path}: ${counts.passed} passed, ${counts.skipped} skipped, not ${Object.values(WHOLE)}`);
if (folders.size > 0 && official.length !== CONFORMANCE_SERVERS) {
  complaints.push(`the official suite ran on ${official.length} servers, not on ${CONFORMANCE_SERVERS}`);
}
for (const complaint of complaints) console.log(`FAIL  ${complaint}`);
console.log(`      ${((performance.now() - start) / 1000).toFixed(0)} s in all`);

const isGreen = results.length === steps.flat().length && results.every(({ ok }) => ok) && complaints.length === 0;
let [passed, failed] = [0, complaints.length];
for (const counts of files.values()) {
  passed += counts.passed;
  failed += counts.failed;
}
// A check that fails without a failed test is a failure too: the last line of a red run never says "0 failed".
console.log(`${passed} passed, ${isGreen ? failed : Math.max(failed, 1)} failed`);
process.exitCode = isGreen ? 0 : 1;

/**
 * Runs one check. The output of those that run side by side is held back and shown only when they fail.
 *
 * @param {Check} check
 * @returns {Promise<Result>}
 */
function run({ name, command: [tool, ...args], live = false, nice = 0 }) {
  const start = performance.now();
  return new Promise((resolve) => {
    const child = spawn(tool, args, { stdio: live ? "inherit" : ["ignore", "pipe", "pipe"], timeout: LONGEST_MS });
    if (child.pid !== undefined && nice !== 0) setPriority(child.pid, nice);
    let output = "";
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk;
    };
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    child.on("error", (error) => {
      output += `${tool}: ${error.message}\n`;
    });
    child.on("close", (code) => {
      const ok = code === 0;
      const seconds = (performance.now() - start) / 1_000;
      console.log(`${ok ? "ok  " : "FAIL"}  ${name} (${seconds.toFixed(1)} s)`);
      if (!ok) {
        process.stdout.write(output);
      }
      resolve({ name, ok, seconds });
    });
  });
}
