import { availableParallelism, cpus } from "node:os";
import type { Figure } from "./figure.ts";
import { findWorkerd } from "./runtime/workerd-binary.ts";

/** What the figures depend on: processor, Node and workerd. */
export function machineFacts(): string {
  const model = cpus()[0]?.model ?? "unknown processor";
  return `${availableParallelism()} cores (${model}), Node ${process.version}, workerd ${findWorkerd().version}`;
}

/** The figures as a table in Markdown. */
export function renderTable(figures: readonly Figure[]): string {
  const rows = [
    ["measured", "result", "bound", ""],
    ...figures.map(({ name, value, bound = "", holds }) => [name, value, bound, verdict(holds)]),
  ];
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  );
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`);
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return lines.toSpliced(1, 0, rule).join("\n");
}

function verdict(holds: boolean | undefined): string {
  if (holds === undefined) return "";
  return holds ? "holds" : "BROKEN";
}
