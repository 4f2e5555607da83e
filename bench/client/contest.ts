import type { Figure } from "../figure.ts";
import { MB } from "../figure.ts";
import { median } from "../load/statistics.ts";
import { CONTENDERS, type ContenderName } from "./contenders/contender.ts";
import type { JobResult } from "./job.ts";
import type { Load } from "./messages.ts";
import type { Outcome } from "./run-job.ts";

/** Odd, so that the median is one of them. */
const ROUNDS = 7;

/** The medians of a client's rounds; why it has none. */
export type Score = Pick<JobResult, "seconds" | "cpuSeconds" | "growth"> | { readonly error: string };

/** How a median of seconds is told. */
export interface Speed {
  readonly name: string;
  /** What is compared. */
  of(seconds: number): number;
  /** What is printed. */
  format(value: number): string;
}

/** How many messages of a load went by in a second. */
export const throughput = ({ count }: Load): Speed => ({
  name: "messages/s",
  of: (seconds) => count / seconds,
  format: (value) => value.toFixed(value < 1000 ? 1 : 0),
});

/** The scores of both. */
export type Scores = Readonly<Record<ContenderName, Score>>;

/**
 * Lets both clients do the same in turn. Who goes first changes with each round, so that whatever else the machine does
 * hits both alike.
 *
 * @param run One round of one client.
 * @param rounds How many; fewer where a round takes long.
 */
export async function contest(
  run: (contender: ContenderName, round: number) => Promise<Outcome>,
  rounds = ROUNDS,
): Promise<Scores> {
  const outcomes: Record<ContenderName, Outcome[]> = { ours: [], reference: [] };
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? CONTENDERS : CONTENDERS.toReversed();
    for (const name of order) outcomes[name].push(await run(name, round));
  }
  return { ours: scoreOf(outcomes.ours), reference: scoreOf(outcomes.reference) };
}

/**
 * The figures of a contest.
 *
 * @param what What the clients did.
 * @param scores How they did.
 * @param speed What their seconds mean.
 * @throws Error when this package's client failed: that is no figure.
 */
export function figuresOf(what: string, { ours, reference }: Scores, speed: Speed): Figure[] {
  if ("error" in ours) throw new Error(`${what}: ${ours.error}`);
  const rows: readonly [string, (score: Exclude<Score, { error: string }>) => number, (value: number) => string][] = [
    [speed.name, ({ seconds }) => speed.of(seconds), (value) => speed.format(value)],
    ["client CPU", ({ cpuSeconds }) => cpuSeconds, (value) => `${value.toFixed(2)} s`],
    ["peak memory growth", ({ growth }) => growth, (value) => `${(value / MB).toFixed(1)} MB`],
  ];
  return rows.map(([name, of, format]) => {
    const own = of(ours);
    const value =
      "error" in reference
        ? `${format(own)} / ${reference.error}`
        : `${(own / of(reference)).toFixed(2)} ×  (${format(own)} / ${format(of(reference))})`;
    return { name: `${what}, ${name}, ours / reference`, value };
  });
}

function scoreOf(outcomes: readonly Outcome[]): Score {
  const results: JobResult[] = [];
  for (const outcome of outcomes) {
    if ("error" in outcome) return outcome;
    results.push(outcome);
  }
  return {
    seconds: median(results.map(({ seconds }) => seconds)),
    cpuSeconds: median(results.map(({ cpuSeconds }) => cpuSeconds)),
    growth: median(results.map(({ growth }) => growth)),
  };
}
