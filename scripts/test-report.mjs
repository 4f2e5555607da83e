import { readFile } from "node:fs/promises";
import { dirname, relative } from "node:path";

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * The tests that ran, by folder of test/ and by file, from JSON reports of vitest. One that is not there, or not whole,
 * counts nothing.
 *
 * @param {readonly string[]} reports Paths of the reports.
 * @returns {Promise<{ folders: Map<string, Counts>, files: Map<string, Counts> }>}
 */
export async function readTestCounts(reports) {
  /** @type {Map<string, Counts>} */
  const folders = new Map();
  /** @type {Map<string, Counts>} */
  const files = new Map();
  for (const { name, status, assertionResults } of (await Promise.all(reports.map(resultsIn))).flat()) {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const { status } of assertionResults) {
      counts[status === "passed" || status === "failed" ? status : "skipped"] += 1;
    }
    // A file that fails without a failed test could not be loaded, or failed around its tests.
    if (status === "failed" && counts.failed === 0) counts.failed = 1;
    const path = relative(process.cwd(), name);
    addTo(files, path, counts);
    addTo(folders, dirname(path), counts);
  }
  return { folders, files };
}

/**
 * @param {string} report
 * @returns {Promise<{ name: string, status: string, assertionResults: { status: string }[] }[]>}
 */
async function resultsIn(report) {
  try {
    return JSON.parse(await readFile(report, "utf8")).testResults;
  } catch {
    return [];
  }
}

/** A file may run in several projects. @param {Map<string, Counts>} sums @param {string} key @param {Counts} counts */
function addTo(sums, key, { passed, failed, skipped }) {
  const sum = sums.get(key) ?? { passed: 0, failed: 0, skipped: 0 };
  sums.set(key, { passed: sum.passed + passed, failed: sum.failed + failed, skipped: sum.skipped + skipped });
}
