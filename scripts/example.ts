// npm run example:NAME [-- OPTIONS FOR WRANGLER]: builds the example's page, if it has one, and serves the example.
import "./quiet.mjs";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildPage } from "../examples/page/build.ts";

const [name = "", ...options] = process.argv.slice(2);
const folder = fileURLToPath(new URL(`../examples/${name}/`, import.meta.url));
if (name === "" || !existsSync(`${folder}wrangler.jsonc`)) {
  console.error(`There is no example "${name}". Look into examples/.`);
  process.exit(2);
}

const page = existsSync(`${folder}page`) ? await buildPage(name, { watch: true }) : undefined;
const wrangler = spawn("wrangler", ["dev", "--config", `${folder}wrangler.jsonc`, ...options], { stdio: "inherit" });
// Wrangler decides when to end; this process only passes on what it is told.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => wrangler.kill(signal));
wrangler.on("close", async (code) => {
  await page?.dispose();
  process.exit(code ?? 1);
});
