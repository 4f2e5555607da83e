import type { Figure } from "../figure.ts";
import { median, percentile99 } from "../load/statistics.ts";
import type { Turn } from "../load/turns.ts";
import type { ContestantName } from "./contestants/contestant.ts";

/** The turns of everybody. */
export type Turns = ReadonlyMap<ContestantName, readonly Turn[]>;

/** What is compared of turns. */
export interface Measure {
  /** Its name in the table. */
  readonly name: string;
  /** Its unit. */
  readonly unit: string;
  /** The number for some turns: one of them, or all. */
  of(turns: readonly Turn[]): number;
  /** Whether one turn has too few operations for a number of its own: then all turns together are compared. */
  readonly pooled?: true;
}

const MS_PER_S = 1000;

/** The median time of an operation, as its client sees it. */
export const P50: Measure = { name: "p50", unit: "ms", of: (turns) => median(latencies(turns)) };
/** What 99 of 100 operations do not exceed. */
export const P99: Measure = { name: "p99", unit: "ms", of: (turns) => percentile99(latencies(turns)), pooled: true };
/** Processor time of the server. */
export const CPU: Measure = { name: "server CPU", unit: "ms", of: (turns) => median(turns.map(({ cpu }) => cpu)) };
/** Time from the beginning of a turn to its end. */
export const ELAPSED: Measure = {
  name: "time",
  unit: "ms",
  of: (turns) => median(turns.map(({ elapsed }) => elapsed)),
};

/** How many operations, or units in each of them, a second has. */
export const throughput = (unit: string, perOperation = 1): Measure => ({
  name: "throughput",
  unit,
  of: (turns) => (perOperation * MS_PER_S) / median(turns.map(({ elapsed }) => elapsed)),
});

/** What this package has to reach, as a multiple of the floor. */
export type Target = { readonly atMost: number } | { readonly atLeast: number };

/**
 * One line: this package as a multiple of the floor and of the reference server, and the numbers of all three. The
 * multiples are medians over the rounds, since servers that took their turns one after the other met the same machine.
 */
export function compare(what: string, turns: Turns, measure: Measure, target?: Target): Figure {
  const own = turnsOf(turns, "ours");
  const toFloor = multiple(own, turnsOf(turns, "floor"), measure);
  const toReference = multiple(own, turnsOf(turns, "reference"), measure);
  const numbers = (["ours", "floor", "reference"] as const).map((name) => digits(measure.of(turnsOf(turns, name))));
  return {
    name: `${what}, ${measure.name}`,
    value: `${toFloor.toFixed(2)} × floor, ${toReference.toFixed(2)} × reference  (${numbers.join(" / ")} ${measure.unit})`,
    ...(target && verdict(toFloor, target)),
  };
}

function verdict(ratio: number, target: Target): Pick<Figure, "bound" | "holds"> {
  if ("atMost" in target) return { bound: `≤ ${target.atMost} × floor`, holds: ratio <= target.atMost };
  return { bound: `≥ ${target.atLeast} × floor`, holds: ratio >= target.atLeast };
}

function multiple(own: readonly Turn[], other: readonly Turn[], measure: Measure): number {
  if (measure.pooled || own.length !== other.length) return measure.of(own) / measure.of(other);
  return median(own.map((turn, round) => measure.of([turn]) / measure.of(other.slice(round, round + 1))));
}

function turnsOf(turns: Turns, name: ContestantName): readonly Turn[] {
  const found = turns.get(name);
  if (found === undefined) throw new Error(`${name} has taken no turn`);
  return found;
}

const latencies = (turns: readonly Turn[]): number[] => turns.flatMap((turn) => turn.latencies);

/** Three digits that tell something. */
const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
