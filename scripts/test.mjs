// npm test: every check of the project, in the order in which a failure is cheapest to learn of. Stops at the first
// step that fails, then says what ran and for how long; the last line counts the tests.
import "./quiet.mjs";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

/**
 * @typedef {{ name: string, command: [tool: string, ...args: string[]], live?: boolean }} Check
 * @typedef {{ name: string, ok: boolean, seconds: number }} Result
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/** The files that run the official conformance suite, each against another server, and how many there are. */
const OFFICIAL_SUITE = /test[\\/]conformance[\\/][a-z0-9]+-(object|worker|memory)\.test\.ts$/;
const CONFORMANCE_SERVERS = 8;

const scratch = await mkdtemp(join(tmpdir(), "npm-test-"));
const report = join(scratch, "vitest.json");

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
    {
      name: "tests",
      command: ["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
      live: true,
    },
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

const { folders, suites } = await readTestCounts();
await rm(scratch, { recursive: true, force: true });

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

// The official suite leaves tests out by itself when it is not asked for what they test: each server has to pass all others.
const CONFORMANCE = { passed: 332, skipped: 6 };
const isWhole = (/** @type {Counts} */ { passed, failed, skipped }) =>
  passed === CONFORMANCE.passed && failed === 0 && skipped === CONFORMANCE.skipped;
const partial = suites.filter(([, counts]) => !isWhole(counts));
for (const [file, { passed, failed, skipped }] of partial) {
  console.log(
    `FAIL  ${file}: ${passed} passed, ${failed} failed, ${skipped} skipped, not ${CONFORMANCE.passed}, 0 and ${CONFORMANCE.skipped}`,
  );
}
console.log(
  `      ${results.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(0)} s of checks, side by side where they can be`,
);

// A check that fails before the tests run counts as a failure too: the last line of a red run never says "0 failed".
const unreached = folders.size === 0 ? 0 : CONFORMANCE_SERVERS - suites.length;
if (unreached > 0)
  console.log(`FAIL  the official suite did not run on ${unreached} of ${CONFORMANCE_SERVERS} servers`);
const failedChecks =
  results.filter(({ name, ok }) => !ok && name !== "tests").length + partial.length + Math.max(0, unreached);
const passed = sum(({ passed }) => passed);
const failed = sum(({ failed }) => failed) + failedChecks;
console.log(`${passed} passed, ${failed} failed`);
const isGreen = failedChecks === 0 && results.every(({ ok }) => ok);
process.exitCode = isGreen && results.length === steps.flat().length ? 0 : 1;

/**
 * Runs one check. The output of those that run side by side is held back and shown only when they fail.
 *
 * @param {Check} check
 * @returns {Promise<Result>}
 */
function run({ name, command: [tool, ...args], live = false }) {
  const start = performance.now();
  return new Promise((resolve) => {
    const child = spawn(tool, args, { stdio: live ? "inherit" : ["ignore", "pipe", "pipe"] });
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

/**
 * The tests that ran, by folder of test/ and, of the official suite, by server, from the JSON report. None when the tests
 * were not reached.
 *
 * @returns {Promise<{ folders: Map<string, Counts>, suites: [file: string, counts: Counts][] }>}
 */
async function readTestCounts() {
  /** @type {Map<string, Counts>} */
  const folders = new Map();
  /** @type {[file: string, counts: Counts][]} */
  const suites = [];
  const text = await readFile(report, "utf8").catch(() => undefined);
  if (text === undefined) {
    return { folders, suites };
  }
  /** @type {{ testResults: { name: string, status: string, assertionResults: { status: string }[] }[] }} */
  const { testResults } = JSON.parse(text);
  for (const file of testResults) {
    const folder = dirname(relative(process.cwd(), file.name));
    const counts = folders.get(folder) ?? { passed: 0, failed: 0, skipped: 0 };
    folders.set(folder, counts);
    const own = { passed: 0, failed: 0, skipped: 0 };
    for (const { status } of file.assertionResults) {
      own[status === "passed" || status === "failed" ? status : "skipped"] += 1;
    }
    for (const outcome of /** @type {const} */ (["passed", "failed", "skipped"])) counts[outcome] += own[outcome];
    if (OFFICIAL_SUITE.test(file.name)) suites.push([relative(process.cwd(), file.name), own]);
    // A file that fails without a failed test could not be loaded, or failed around its tests.
    if (file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed")) {
      counts.failed += 1;
    }
  }
  return { folders, suites };
}

/** @param {(counts: Counts) => number} pick */
function sum(pick) {
  return [...folders.values()].reduce((total, counts) => total + pick(counts), 0);
}
