import { cpuMs } from "../runtime/process-cpu.ts";

/** What one server is asked to do again and again. */
export interface Side {
  /** The server's process, for its processor time. */
  readonly pid: number;
  /** How many of its turns count, where the usual number would take too long. */
  readonly rounds?: number;
  /** Called before each turn, outside the measurement. */
  prepare?(): Promise<void>;
  /** Called after each turn, outside the measurement. */
  finish?(): Promise<void>;
  /** What is measured. @returns How long each operation took, in ms, as its client saw it. */
  act(): Promise<readonly number[]>;
}

/** One turn of one server. */
export interface Turn {
  /** How long each operation took, in ms. */
  readonly latencies: readonly number[];
  /** Time of the turn for each operation, in ms: less than a latency where operations overlap. */
  readonly elapsed: number;
  /** Processor time of the server for each operation, in ms. */
  readonly cpu: number;
}

/**
 * Lets servers do the same in turn, so that whatever else the machine does hits all alike. Who goes first moves on with
 * each round; the first round only warms up.
 *
 * @param sides The servers by name.
 * @param rounds How many turns of each count.
 */
export async function takeTurns<Name extends string>(
  sides: readonly (readonly [Name, Side])[],
  rounds: number,
): Promise<ReadonlyMap<Name, readonly Turn[]>> {
  const turns = new Map<Name, Turn[]>(sides.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    const first = round % sides.length;
    for (const [name, side] of [...sides.slice(first), ...sides.slice(0, first)]) {
      if (side.rounds !== undefined && round > side.rounds) continue;
      const turn = await takeTurn(side);
      if (round > 0) turns.get(name)?.push(turn);
    }
  }
  return turns;
}

async function takeTurn(side: Side): Promise<Turn> {
  await side.prepare?.();
  const cpuBefore = cpuMs(side.pid);
  const start = performance.now();
  const latencies = await side.act();
  const elapsed = (performance.now() - start) / latencies.length;
  const cpu = (cpuMs(side.pid) - cpuBefore) / latencies.length;
  await side.finish?.();
  return { latencies, elapsed, cpu };
}

/** Does something so many times, one after the other. @returns How long each took, in ms. */
export async function timed(count: number, action: (index: number) => Promise<unknown>): Promise<number[]> {
  const latencies: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const start = performance.now();
    await action(index);
    latencies.push(performance.now() - start);
  }
  return latencies;
}
