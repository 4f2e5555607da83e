import type { Clock } from "../../src/shared/index.ts";

interface Timer {
  readonly dueAt: number;
  /** What it returns is waited for. */
  readonly fire: () => unknown;
}

/** Lets everything run that can run without time passing. `long`: also what takes a while to get under way. */
export type Rest = (long: boolean) => Promise<void>;

/** Runs a callback where it may run; what is returned is waited for. */
export type Enter = (callback: () => void) => unknown;

/** A leap of time of this length is made only after a long rest. */
const LEAP_MS = 200;
/** So often the platform is given time of its own before a run counts as hanging, which makes 13 s. */
const MOST_IDLE = 110;
/** Timers that are farther away are not waited for: what a run waits for comes sooner. */
const FARTHEST_MS = 30 * 60_000;
/** Far more steps than any program takes. */
const MOST_STEPS = 100_000;

/** Time that stands still while anything is at work, and then jumps to whatever comes next. */
export class Simulation implements Clock {
  readonly #rest: Rest;
  readonly #timers = new Map<number, Timer>();
  #now: number;
  #order = 0;

  /** @param startsAt Milliseconds since the epoch. */
  constructor(startsAt: number, rest: Rest) {
    this.#now = startsAt;
    this.#rest = rest;
  }

  readonly now = (): number => this.#now;

  setTimeout(callback: () => void, delayMs: number): number {
    return this.#add(callback, delayMs);
  }

  clearTimeout(handle: unknown): void {
    if (typeof handle === "number") this.#timers.delete(handle);
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Waits in this time. */
  sleep(ms: number): Promise<void> {
    return ms <= 0 ? Promise.resolve() : new Promise((resolve) => void this.#add(resolve, ms));
  }

  /** Puts the clock forward, as when a machine was asleep: what fell due meanwhile comes late. */
  jump(ms: number): void {
    this.#now += ms;
  }

  /** A clock that shows the same time, and whose timers fire where `enter` takes them; `stop` ends all of them. */
  branch(enter: Enter): { readonly clock: Clock; stop(): void } {
    const own = new Set<number>();
    const clock: Clock = {
      now: this.now,
      setTimeout: (callback, delayMs) => {
        const handle = this.#add(() => {
          own.delete(handle);
          return enter(callback);
        }, delayMs);
        own.add(handle);
        return handle;
      },
      clearTimeout: (handle) => {
        if (typeof handle === "number") own.delete(handle);
        this.clearTimeout(handle);
      },
    };
    const stop = (): void => {
      for (const handle of own) this.clearTimeout(handle);
      own.clear();
    };
    return { clock, stop };
  }

  /**
   * Lets time pass until a promise is settled.
   *
   * @throws Error when it never will be, as far as can be seen.
   */
  async until<T>(what: string, promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    promise.then(done, done);
    let steps = 0;
    for (let idle = 0; !settled; ) {
      await this.#rest(false);
      if (settled) break;
      const next = this.#next();
      if (next === undefined || next.inMs > LEAP_MS) {
        await this.#rest(true);
        if (settled) break;
        if (next !== undefined && this.#next()?.handle !== next.handle) continue;
      }
      if (next === undefined) {
        idle += 1;
        if (idle > MOST_IDLE) throw new Error(`Something hangs: ${what}`);
        // Nothing will come by itself, unless the machine is just slow.
        await new Promise((resolve) => setTimeout(resolve, Math.min(2 * idle, 200)));
        continue;
      }
      idle = 0;
      steps += 1;
      if (steps > MOST_STEPS) throw new Error(`There is no end to it: ${what}`);
      this.#timers.delete(next.handle);
      this.#now = Math.max(this.#now, next.timer.dueAt);
      await next.timer.fire();
    }
    return promise;
  }

  #add(fire: Timer["fire"], delayMs: number): number {
    this.#order += 1;
    this.#timers.set(this.#order, { fire, dueAt: this.#now + Math.max(0, delayMs) });
    return this.#order;
  }

  /** The timer that is due next, unless that is too far away. */
  #next(): { readonly handle: number; readonly timer: Timer; readonly inMs: number } | undefined {
    let first: [number, Timer] | undefined;
    for (const entry of this.#timers) {
      if (first === undefined || entry[1].dueAt < first[1].dueAt) first = entry;
    }
    if (first === undefined) return undefined;
    const [handle, timer] = first;
    const inMs = timer.dueAt - this.#now;
    return inMs > FARTHEST_MS ? undefined : { handle, timer, inMs };
  }
}
