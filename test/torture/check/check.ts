import type { History } from "../history.ts";
import type { Program } from "../program.ts";
import { invariants } from "./invariants.ts";
import { Knowledge } from "./knowledge.ts";
import { linearize } from "./linearize.ts";
import { liveness } from "./liveness.ts";
import { Model } from "./model.ts";

/** What is wrong with a history. `undecided` when nothing was found, and not every order could be tried. */
export interface Verdict {
  readonly violations: readonly string[];
  readonly undecided: boolean;
}

/**
 * Checks everything that a history can be checked for.
 *
 * @param newsMs How long an append may take to reach a live connection.
 */
export function check(history: History, program: Program, newsMs: number): Verdict {
  const knowledge = new Knowledge(history);
  const violations = [
    ...history.complaints,
    ...knowledge.violations,
    ...invariants(history, program.kind, knowledge),
    ...liveness(history, knowledge, newsMs),
  ];
  const { order, stuckAt } = linearize(history, new Model(history, program.kind, knowledge));
  if (order === "none") violations.push(`No order explains these answers:\n    ${stuckAt.join("\n    ")}`);
  return { violations: [...new Set(violations)], undecided: violations.length === 0 && order === "given up" };
}
