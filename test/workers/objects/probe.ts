import type { RequestCoreOptions } from "../../../src/server/durable-object/index.ts";
import type { Clock } from "../../../src/shared/index.ts";
import { settled } from "../../support/fake-clock.ts";

/** Stands in for a call: does something before, after or instead of `proceed`. */
export type Fault = (proceed: () => Promise<void>) => Promise<void>;

/** The platform's clock, put forward by hand; timers run only then. */
class ShiftedClock implements Clock {
  /** How far it is ahead, in ms. */
  aheadMs = 0;
  readonly #timers = new Map<number, { readonly dueAt: number; readonly callback: () => void }>();
  #lastHandle = 0;

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return Date.now() + this.aheadMs;
  }

  setTimeout(callback: () => void, delayMs: number): number {
    this.#lastHandle += 1;
    this.#timers.set(this.#lastHandle, { dueAt: this.now() + delayMs, callback });
    return this.#lastHandle;
  }

  clearTimeout(handle: unknown): void {
    if (typeof handle === "number") this.#timers.delete(handle);
  }

  /** Lets time pass, running what falls due. To be called inside the object whose timers they are. */
  async advance(ms: number): Promise<void> {
    const until = this.aheadMs + ms;
    for (let next = this.#next(); next !== undefined && next.aheadMs <= until; next = this.#next()) {
      this.#timers.delete(next.handle);
      this.aheadMs = Math.max(this.aheadMs, next.aheadMs);
      next.callback();
      await settled();
    }
    this.aheadMs = until;
  }

  /** Forgets all timers and is right again. */
  reset(): void {
    this.#timers.clear();
    this.aheadMs = 0;
  }

  #next() {
    const [first] = [...this.#timers].sort(([, a], [, b]) => a.dueAt - b.dueAt);
    if (first === undefined) return undefined;
    const [handle, { dueAt, callback }] = first;
    return { handle, callback, aheadMs: dueAt - Date.now() };
  }
}

/** Sees every call that reaches a `ProbedObject`, and may disturb it. Tests and objects share the one below. */
class Probe {
  /** The clock of all objects. */
  readonly clock = new ShiftedClock();
  /** The limits of objects that start from now on. */
  limits: RequestCoreOptions = {};
  /** The calls that arrived: path of the object and name of the method, `segment` for a read between objects. */
  readonly calls: string[] = [];
  /** Bytes of streams that stores have handed out. */
  bytesRead = 0;
  readonly #faults = new Map<string, { times: number; readonly fault: Fault }>();

  /** Forgets everything and sets the clock right. */
  reset(): void {
    this.limits = {};
    this.bytesRead = 0;
    this.calls.length = 0;
    this.#faults.clear();
    this.clock.reset();
  }

  /** Runs `body` and returns the calls that arrived meanwhile, sorted. */
  async callsDuring(body: () => Promise<unknown>): Promise<string[]> {
    const before = this.calls.length;
    await body();
    return this.calls.slice(before).sort();
  }

  /** Has `fault` stand in for the next calls of a method of the object at a path. */
  disturb(call: string, fault: Fault, times = 1): void {
    this.#faults.set(call, { times, fault });
  }

  /** Carries out a call, or what stands in for it. */
  async pass<T>(path: string, method: string, proceed: () => Promise<T>): Promise<T> {
    const call = `${path} ${method}`;
    this.calls.push(call);
    const planned = this.#faults.get(call);
    if (planned === undefined || planned.times === 0) return proceed();
    planned.times -= 1;
    const results: T[] = [];
    await planned.fault(async () => {
      results.push(await proceed());
    });
    const [result] = results;
    if (result === undefined) throw new Error(`The test swallowed ${call}`);
    return result;
  }
}

/** Shared by the tests of a file and the objects they reach: both run in one isolate. */
export const probe = new Probe();
