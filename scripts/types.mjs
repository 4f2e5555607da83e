// Checks every part of the project against the types of the runtime that it runs in, two at a time.
import "./quiet.mjs";
import { spawn } from "node:child_process";

const projects = ["tsconfig.portable.json", "tsconfig.workers.json", "tsconfig.json", "tsconfig.snippets.json"];

/** @param {string} project */
function check(project) {
  return new Promise((resolve) => {
    spawn("tsc", ["--project", project, "--pretty"], { stdio: "inherit" }).on("close", (code) => resolve(code === 0));
  });
}

const waiting = [...projects];
/** @type {boolean[]} */
const results = [];
const lane = async () => {
  for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
    results.push(await check(project));
  }
};
await Promise.all([lane(), lane()]);
process.exitCode = results.every(Boolean) ? 0 : 1;
