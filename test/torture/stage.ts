import type { History } from "./history.ts";
import type { Program } from "./program.ts";
import type { Server } from "./server.ts";
import type { Simulation } from "./simulation.ts";

/** An offset that somebody was given, and by which stream. */
export interface MetOffset {
  readonly offset: string;
  readonly streamId: string | undefined;
}

/** Counts, by name. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  addAll(others: ReadonlyMap<string, number>): void {
    for (const [name, by] of others) this.add(name, by);
  }
}

/** What everything that takes part in a run shares. */
export class Stage {
  readonly program: Program;
  readonly simulation: Simulation;
  readonly server: Server;
  readonly history: History;
  readonly operations = new Tally();
  readonly faults = new Tally();
  readonly #met = new Map<string, MetOffset[]>();
  readonly #background = new Set<Promise<unknown>>();

  constructor(program: Program, simulation: Simulation, server: Server, history: History) {
    this.program = program;
    this.simulation = simulation;
    this.server = server;
    this.history = history;
  }

  /** Offsets of a path, in the order in which they were met. */
  met(path: string): readonly MetOffset[] {
    return this.#met.get(path) ?? [];
  }

  meet(path: string, offset: string, streamId: string | undefined): void {
    const known = this.#met.get(path) ?? [];
    this.#met.set(path, known);
    if (!known.some((met) => met.offset === offset && met.streamId === streamId)) known.push({ offset, streamId });
  }

  /** Goes on beside everything else. */
  aside(work: Promise<unknown>): void {
    const over = work.catch((error: unknown) => this.history.complaints.push(`The harness failed: ${error}`));
    this.#background.add(over);
    void over.then(() => this.#background.delete(over));
  }

  /** Resolves when nothing goes on aside. */
  async alone(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
  }
}
