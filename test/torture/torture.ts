import { describeProgram } from "./describe.ts";
import { generate } from "./generate.ts";
import type { Program } from "./program.ts";
import { programSeed } from "./random.ts";
import { run } from "./run.ts";
import type { Bed } from "./server.ts";
import { shrink } from "./shrink.ts";
import { Tally } from "./stage.ts";

/** How much to do, whichever ends first. */
export interface Budget {
  readonly seed: number;
  readonly programs: number;
  /** Asked before each program whether there is time for it. */
  readonly goOn?: () => boolean;
}

/** A program that went wrong. */
export interface Failure {
  /** The program, made as short as it gets. */
  readonly program: Program;
  readonly violations: readonly string[];
  /** The program and what was wrong with it, to be read. */
  readonly report: string;
}

/** What came of a run of many programs. */
export interface Summary {
  readonly programs: number;
  /** Programs of whose answers too many orders were possible to try them all. */
  readonly undecided: number;
  readonly requests: number;
  readonly operations: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
}

/** Failures after which a run ends: the rest would mostly be the same one. */
const MOST_FAILURES = 3;

/**
 * Runs random programs against servers of one kind.
 *
 * @param progress Called after each program with what came of all so far.
 */
export async function torture(bed: Bed, budget: Budget, progress: (so: Summary) => void = () => {}): Promise<Summary> {
  const operations = new Tally();
  const faults = new Tally();
  const failures: Failure[] = [];
  let [programs, undecided, requests] = [0, 0, 0];
  const summary = (): Summary => ({
    programs,
    undecided,
    requests,
    operations: operations.counts,
    faults: faults.counts,
    failures,
  });
  const { seed, goOn = () => true } = budget;
  while (programs < budget.programs && failures.length < MOST_FAILURES && goOn()) {
    const program = generate(programSeed(seed, programs), bed);
    const outcome = await run(program, bed);
    programs += 1;
    requests += outcome.history.operations.length;
    operations.addAll(outcome.operations);
    faults.addAll(outcome.faults);
    if (outcome.undecided) undecided += 1;
    if (outcome.violations.length > 0) failures.push(await reduced(program, bed, outcome.violations));
    progress(summary());
  }
  return summary();
}

async function reduced(program: Program, bed: Bed, found: readonly string[]): Promise<Failure> {
  let violations = found;
  const shortest = await shrink(program, async (candidate) => {
    const outcome = await run(candidate, bed);
    if (outcome.violations.length > 0) violations = outcome.violations;
    return outcome.violations.length > 0;
  });
  const wrong = violations.map((violation) => `  WRONG: ${violation}`);
  const report = [`${bed.name}: ${describeProgram(shortest)}`, ...wrong].join("\n");
  return { program: shortest, violations, report };
}

/** A summary as a table. */
export function tabulate({ programs, undecided, requests, operations, faults, failures }: Summary): string {
  const rows = (title: string, counts: ReadonlyMap<string, number>): string[] => [
    `  ${title}:`,
    ...[...counts].sort().map(([name, count]) => `    ${name.padEnd(24)} ${String(count).padStart(9)}`),
  ];
  return [
    `  ${programs} programs, ${requests} requests, ${failures.length} with violations, ${undecided} undecided`,
    ...rows("steps", operations),
    ...rows("faults", faults),
  ].join("\n");
}
