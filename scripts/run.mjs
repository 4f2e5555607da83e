// Runs one tool of the project in the quiet environment: node scripts/run.mjs TOOL [ARGUMENT…]
import { spawn } from "node:child_process";
import "./quiet.mjs";

const [tool, ...args] = process.argv.slice(2);
if (tool === undefined) {
  console.error("usage: node scripts/run.mjs TOOL [ARGUMENT…]");
  process.exit(2);
}

const child = spawn(tool, args, { stdio: "inherit" });

// The child decides when to end; this process only passes on what it is told and then reports the child's fate.
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  console.error(`${tool}: ${error.message}`);
  process.exit(127);
});
child.on("close", (code) => {
  process.exit(code ?? 1);
});
