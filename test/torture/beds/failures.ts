import type { Disturbance } from "../program.ts";
import { Random } from "../random.ts";
import type { Simulation } from "../simulation.ts";
import { Tally } from "../stage.ts";

/** What a call to the storage fails with: like a platform's, no error of the protocol's vocabulary. */
export class StorageFailure extends Error {
  override readonly name = "StorageFailure";
}

/** How a call to the storage goes wrong. */
export type FailureWay = "failed before" | "failed after" | "failed, then done" | "slow";

const LATE_MS = 40;

/** Decides which calls to a storage go wrong, and breaks connections to processes that are gone. */
export class Failures {
  readonly #simulation: Simulation;
  readonly #tally = new Tally();
  #random = new Random(0);
  #rate = 0;
  #until = 0;
  #cut = Promise.withResolvers<never>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#cut.promise.catch(() => {});
  }

  /** What went wrong, and how often. */
  get counts(): ReadonlyMap<string, number> {
    return this.#tally.counts;
  }

  /** Lets calls go wrong for a while. */
  begin({ forMs, rate, dice }: Extract<Disturbance, { kind: "storage failing" }>): void {
    this.#random = new Random(dice);
    this.#rate = rate;
    this.#until = this.#simulation.now() + forMs;
  }

  /** Lets no call go wrong any more. */
  end(): void {
    this.#rate = 0;
  }

  /** How the next call goes wrong, if it does. */
  next(ways: readonly FailureWay[]): FailureWay | undefined {
    if (this.#rate === 0 || this.#simulation.now() >= this.#until || !this.#random.chance(this.#rate)) return undefined;
    const way = this.#random.pick(ways);
    this.#tally.add(`storage ${way}`);
    return way;
  }

  /** Makes a call that is over at once, or lets it go wrong. `drop` is given what nobody will get. */
  aroundSync<T>(run: () => T, drop: (result: T) => void = () => {}): T {
    const way = this.next(["failed before", "failed after"]);
    if (way === "failed before") throw new StorageFailure("The call never arrived");
    const result = run();
    if (way === undefined) return result;
    drop(result);
    throw new StorageFailure("The answer was lost");
  }

  /** Makes a call, or lets it go wrong. */
  async around<T>(run: () => Promise<T>): Promise<T> {
    const way = this.next(["failed before", "failed after", "failed, then done", "slow"]);
    switch (way) {
      case undefined:
        return run();
      case "failed before":
        throw new StorageFailure("The call never arrived");
      case "failed after":
        await run();
        throw new StorageFailure("The answer was lost");
      case "failed, then done":
        this.#simulation.setTimeout(() => void run().catch(() => {}), LATE_MS);
        throw new StorageFailure("The call is still on its way");
      case "slow":
        await this.#simulation.sleep(LATE_MS);
        return run();
    }
  }

  /** Breaks what {@link during} and {@link cutOff} hold. */
  cut(): void {
    this.#cut.reject(new Error("The process is gone"));
    this.#cut = Promise.withResolvers();
    this.#cut.promise.catch(() => {});
  }

  /** What a process does for itself, as long as it lives: its timers end with it. */
  during<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#cut.promise]);
  }

  /** An answer of a process, as long as the process lives: event streams break with it. */
  async cutOff(answer: Promise<Response>): Promise<Response> {
    const gone = this.#cut.promise;
    const response = await Promise.race([answer, gone]);
    if (response.headers.get("Content-Type") !== "text/event-stream" || response.body === null) return response;
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await Promise.race([reader.read(), gone]);
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: () => reader.cancel(),
      },
      { highWaterMark: 0 },
    );
    return new Response(body, response);
  }
}
