// npm run bench [-- NAME…]: measures a bare workerd from outside. A name selects parts: memory, append/cost, compare, …
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import "../scripts/quiet.mjs";
import { prepareBench } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { selectParts } from "./parts/index.ts";
import { machineFacts, renderTable } from "./report.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const parts = selectParts(positionals);
if (parts.length === 0) {
  console.error(
    `No part is named ${positionals.join(" or ")}. There are: ${selectParts([])
      .map(({ name }) => name)
      .join(", ")}`,
  );
  process.exit(2);
}

const dir = mkdtempSync(join(tmpdir(), "durable-cf-streams-bench-"));
process.once("exit", () => rmSync(dir, { recursive: true, force: true }));
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

const figures: Figure[] = [];
const bench = await prepareBench(dir);
for (const part of parts) {
  for await (const figure of part.run(bench)) {
    process.stderr.write(`${part.name}: ${figure.name}: ${figure.value}\n`);
    figures.push(figure);
  }
}

console.log(`\n${machineFacts()}\n\n${renderTable(figures)}\n`);
if (figures.some(({ holds }) => holds === false)) process.exitCode = 1;
