import fc from "fast-check";
import type { Exchange, Unlike } from "./compare.ts";
import type { Difference } from "./difference.ts";
import { DIFFERENCES } from "./differences.ts";
import { programs } from "./generate.ts";
import { type Explain, type Pair, Play } from "./play.ts";
import { describeStep, type Step } from "./program.ts";

/** Looks a difference up in the list. */
export const explain = (unlike: Unlike, exchange: Exchange): Difference | undefined =>
  DIFFERENCES.find((known) => known.covers(unlike, exchange));

/** Plays one program. @returns The known differences that it met. @throws Unexplained */
export async function play(pair: Pair, steps: readonly Step[]): Promise<ReadonlySet<Difference>> {
  const met = new Set<Difference>();
  const note: Explain = (unlike, exchange) => {
    const known = explain(unlike, exchange);
    if (known !== undefined) met.add(known);
    return known;
  };
  await new Play(pair, note).run(steps);
  return met;
}

/** How long one program may take before it counts as one that hangs, in ms. */
const PATIENCE_MS = 60_000;

/**
 * Plays random programs until two answers differ and nobody knows why.
 *
 * @param seed Where the randomness starts: the same seed makes the same programs.
 * @param count How many programs.
 * @returns `undefined` when there is no such difference; else the shortest program found that shows it, as text.
 */
export async function findDifference(pair: Pair, seed: number, count: number): Promise<string | undefined> {
  const property = fc.asyncProperty(programs, async (steps) => {
    await play(pair, steps);
  });
  const found = await fc.check(property, { seed, numRuns: count, timeout: PATIENCE_MS });
  if (!found.failed) return undefined;
  const steps = found.counterexample?.[0] ?? [];
  const reason = found.errorInstance instanceof Error ? found.errorInstance.message : "It hangs";
  const lines = steps.map((step) => `    ${describeStep(step)}`);
  return [`seed ${seed}, program ${found.numRuns} of ${count}, in short:`, ...lines, reason].join("\n");
}

/** A whole number from the environment. */
export function numberFrom(name: string, usual: number): number {
  const value = Number(process.env[name] ?? usual);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`${name} must be a whole number`);
}
