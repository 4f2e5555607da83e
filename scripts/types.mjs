// Checks every part of the project against the types of the runtime that it runs in, in two lanes side by side.
import "./quiet.mjs";
import { spawn } from "node:child_process";

/** In this order: the portable part writes declarations, which the examples for Workers are checked against. */
const lanes = [
  ["tsconfig.portable.json", "tsconfig.workers.json"],
  ["tsconfig.json", "tsconfig.snippets.json"],
];

/** @param {string} project */
function check(project) {
  return new Promise((resolve) => {
    spawn("tsc", ["--project", project, "--pretty"], { stdio: "inherit" }).on("close", (code) => resolve(code === 0));
  });
}

/** @param {string[]} projects */
async function checkAll(projects) {
  const results = [];
  for (const project of projects) results.push(await check(project));
  return results.every(Boolean);
}

const results = await Promise.all(lanes.map(checkAll));
process.exitCode = results.every(Boolean) ? 0 : 1;
