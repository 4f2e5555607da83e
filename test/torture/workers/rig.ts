import { Failures } from "../beds/failures.ts";
import type { Program } from "../program.ts";
import { httpOptions } from "../server.ts";
import type { Simulation } from "../simulation.ts";

/** What the objects of one program have to do with: time, failures and limits. */
export class Rig {
  readonly simulation: Simulation;
  readonly failures: Failures;
  readonly errors: unknown[] = [];
  readonly #program: Program;
  readonly #enter: (path: string, callback: () => void) => Promise<unknown>;
  readonly #fire: (path: string) => Promise<void>;
  readonly #stops = new Map<string, () => void>();
  readonly #alarms = new Map<string, { readonly at: number; readonly handle: number }>();

  /**
   * @param enter Runs a callback inside a path's object, where its timers belong.
   * @param fire Lets the alarm of a path's object fire.
   */
  constructor(
    program: Program,
    simulation: Simulation,
    enter: (path: string, callback: () => void) => Promise<unknown>,
    fire: (path: string) => Promise<void>,
  ) {
    this.simulation = simulation;
    this.failures = new Failures(simulation);
    this.#program = program;
    this.#enter = enter;
    this.#fire = fire;
  }

  /** The clock of an object that starts: timers of the one before are over. */
  clockOf(path: string) {
    this.ended(path);
    const { clock, stop } = this.simulation.branch((callback) => this.#enter(path, callback));
    this.#stops.set(path, stop);
    return clock;
  }

  /** The object of a path is gone, and its timers with it. Its alarm stays. */
  ended(path: string): void {
    this.#stops.get(path)?.();
    this.#stops.delete(path);
  }

  /** Options for the HTTP side of an object. */
  httpOptions() {
    return { ...httpOptions(this.#program), onError: (error: unknown) => this.errors.push(error) };
  }

  /** Sets the alarm of a path's object, in the simulation's time. */
  plan(path: string, at: number | undefined): void {
    const { simulation } = this;
    simulation.clearTimeout(this.#alarms.get(path)?.handle);
    this.#alarms.delete(path);
    if (at === undefined) return;
    const handle = simulation.setTimeout(() => void this.ring(path), at - simulation.now());
    this.#alarms.set(path, { at, handle });
  }

  /** Has the alarm come later than it was set for. */
  postpone(path: string, byMs: number): boolean {
    const alarm = this.#alarms.get(path);
    if (alarm !== undefined) this.plan(path, alarm.at + byMs);
    return alarm !== undefined;
  }

  /** Lets the alarm fire now, as often as it takes: the platform repeats one that fails. */
  async ring(path: string): Promise<void> {
    this.plan(path, undefined);
    try {
      await this.#fire(path);
    } catch {
      this.plan(path, this.simulation.now() + RETRY_MS);
    }
  }

  /** Lets the alarms fire that are due. */
  async ringAll(): Promise<void> {
    for (const [path, { at }] of [...this.#alarms]) if (at <= this.simulation.now()) await this.ring(path);
  }
}

const RETRY_MS = 2000;

/** The rig of the program that runs: objects find it here, since tests and objects share an isolate. */
export const current: { rig: Rig | undefined } = { rig: undefined };

/** The rig of the program that runs. @throws Error when none does. */
export function rig(): Rig {
  if (current.rig === undefined) throw new Error("No program runs");
  return current.rig;
}
