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
/** How long a check that was told to end may take for it. */
const GRACE_MS = 10_000;

const start = performance.now();
const scratch = temporaryFolder("npm-test-");
process.once("exit", () => {
  try {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // Whoever was killed may have left more than can be removed.
  }
});
/** Ends the checks that are running. @type {Set<() => void>} */
const running = new Set();
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.once(signal, () => {
    for (const end of running) end();
  });
}
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
if (results.length === steps.flat().length) {
  if (official.length !== CONFORMANCE_SERVERS) {
    complaints.push(`the official suite ran on ${official.length} servers, not on ${CONFORMANCE_SERVERS}`);
  }
  if (files.size === official.length) complaints.push("no other test ran");
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
    // In a group of its own, so that it can be ended with all that it has started.
    const output = live ? "inherit" : "pipe";
    const child = spawn(tool, args, { stdio: ["ignore", output, output], detached: true });
    lower(child.pid, nice);
    let text = "";
    let isCut = false;
    const collect = (/** @type {Buffer} */ chunk) => {
      text += chunk;
    };
    const end = () => {
      isCut = true;
      kill(child.pid, "SIGTERM");
      setTimeout(() => kill(child.pid, "SIGKILL"), GRACE_MS).unref();
    };
    const timer = setTimeout(() => {
      text += `${name} was ended after ${LONGEST_MS / 60_000} minutes\n`;
      end();
    }, LONGEST_MS);
    running.add(end);
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    child.on("error", (error) => {
      text += `${tool}: ${error.message}\n`;
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      running.delete(end);
      const ok = code === 0 && !isCut;
      const seconds = (performance.now() - start) / 1_000;
      console.log(`${ok ? "ok  " : "FAIL"}  ${name} (${seconds.toFixed(1)} s)`);
      if (!ok) {
        process.stdout.write(text);
      }
      resolve({ name, ok, seconds });
    });
  });
}

/** Has a process wait for others. Not everybody may say so. @param {number | undefined} pid @param {number} nice */
function lower(pid, nice) {
  try {
    if (pid !== undefined && nice > 0) setPriority(pid, nice);
  } catch {
    // Then it does not wait.
  }
}

/** Signals a whole group, if it is still there. @param {number | undefined} pid @param {NodeJS.Signals} signal */
function kill(pid, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // All of it has ended.
  }
}
