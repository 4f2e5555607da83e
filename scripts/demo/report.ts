import type { TallyResult } from "./tally.ts";

/** One row: what passed where, and in which time. */
export interface ReportRow extends TallyResult {
  /** Where. */
  readonly name: string;
  /** From the start of the first request to the last message, in ms; nothing for the file itself. */
  readonly ms?: number;
}

/**
 * Formats rows as an aligned table with a heading.
 *
 * @param rows - In the order in which they are to be shown.
 * @returns Lines of text, each with an indent of two spaces.
 */
export function formatReport(rows: readonly ReportRow[]): string {
  const table = [
    ["", "messages", "bytes", "seconds", "SHA-256"],
    ...rows.map(({ name, messages, bytes, ms, sha256 }) => [
      name,
      messages.toLocaleString("en"),
      bytes.toLocaleString("en"),
      ms === undefined ? "" : (ms / 1_000).toFixed(2),
      sha256,
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  return table.map((cells) => `  ${cells.map((cell, column) => pad(cell, column, widths)).join("  ")}`).join("\n");
}

/**
 * Whether the same passed everywhere.
 *
 * @param rows - At least one.
 */
export function isSame(rows: readonly TallyResult[]): boolean {
  const [first] = rows;
  return rows.every(
    ({ messages, bytes, sha256 }) => messages === first?.messages && bytes === first.bytes && sha256 === first.sha256,
  );
}

/** Names to the left, numbers to the right, and the last column as it is. */
function pad(cell: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0;
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
