import type { Part } from "../bench.ts";
import { CLIENT_PARTS } from "../client/parts/index.ts";
import { COMPARE_PARTS } from "../compare/parts/index.ts";
import { appendCost } from "./append-cost.ts";
import { memoryAppend } from "./memory-append.ts";
import { memoryCatchUp } from "./memory-catch-up.ts";
import { memorySlowReader } from "./memory-slow-reader.ts";

const PARTS: readonly Part[] = [
  memoryCatchUp,
  memoryAppend,
  memorySlowReader,
  appendCost,
  ...COMPARE_PARTS,
  ...CLIENT_PARTS,
];

/**
 * The parts that names select, in their order.
 *
 * @param names Names of parts or of their groups; none selects all.
 */
export function selectParts(names: readonly string[]): readonly Part[] {
  if (names.length === 0) return PARTS;
  return PARTS.filter(({ name: part }) => names.some((name) => part === name || part.startsWith(`${name}/`)));
}
