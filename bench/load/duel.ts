import { cpuMs } from "../runtime/process-cpu.ts";
import { median } from "./statistics.ts";

/** One side of a comparison. */
export interface Contender {
  /** The server's process, for its processor time. */
  readonly pid: number;
  /** Called before each round, outside the measurement. */
  prepare?(): Promise<void>;
  /** The request to measure. */
  request(): Promise<unknown>;
}

/** How long a comparison goes on. */
export interface DuelLength {
  readonly rounds: number;
  /** Requests of each side in a round. */
  readonly requests: number;
}

/** What one side's requests cost. */
export interface Cost {
  /** Median time of a request, seen by the client, in ms. */
  readonly time: number;
  /** Processor time of the server for a request, median of the rounds, in ms. */
  readonly cpu: number;
}

/** Medians over all rounds. */
export interface DuelResult {
  readonly subject: Cost;
  readonly base: Cost;
}

/**
 * Measures two servers in turn, so that whatever else the machine does hits both alike. Who goes first changes with
 * each round; the first round only warms up.
 */
export async function duel(subject: Contender, base: Contender, length: DuelLength): Promise<DuelResult> {
  const tallies = { subject: new Tally(subject), base: new Tally(base) };
  for (let round = 0; round <= length.rounds; round += 1) {
    const order = [tallies.subject, tallies.base];
    if (round % 2 === 1) order.reverse();
    for (const tally of order) await tally.round(length.requests, round > 0);
  }
  return { subject: tallies.subject.cost(), base: tallies.base.cost() };
}

class Tally {
  readonly #contender: Contender;
  readonly #times: number[] = [];
  readonly #cpus: number[] = [];

  constructor(contender: Contender) {
    this.#contender = contender;
  }

  async round(requests: number, counts: boolean): Promise<void> {
    const { pid } = this.#contender;
    await this.#contender.prepare?.();
    const before = cpuMs(pid);
    const times: number[] = [];
    for (let index = 0; index < requests; index += 1) {
      const start = performance.now();
      await this.#contender.request();
      times.push(performance.now() - start);
    }
    if (!counts) return;
    this.#times.push(...times);
    this.#cpus.push((cpuMs(pid) - before) / requests);
  }

  cost(): Cost {
    return { time: median(this.#times), cpu: median(this.#cpus) };
  }
}
