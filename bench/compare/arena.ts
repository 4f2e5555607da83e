import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { MB } from "../figure.ts";
import { HttpClient } from "../load/http-client.ts";
import { type Side, takeTurns } from "../load/turns.ts";
import { residentBytes } from "../runtime/process-memory.ts";
import type { Turns } from "./comparison.ts";
import type { Contestant } from "./contestants/contestant.ts";
import { ReferenceServer } from "./contestants/reference.ts";
import { floor, ours } from "./contestants/workers.ts";

/** All contestants, running, and connections to them. */
export class Arena {
  /** Everybody, in the order in which figures name them. */
  readonly contestants: readonly Contestant[];
  readonly #resources: AsyncDisposableStack;

  private constructor(contestants: readonly Contestant[], resources: AsyncDisposableStack) {
    this.contestants = contestants;
    this.#resources = resources;
  }

  /** Starts everybody. @param folder Name of the folder of their data. */
  static async open(bench: Bench, folder: string): Promise<Arena> {
    await using resources = new AsyncDisposableStack();
    const stream = ours(resources.use(await bench.streams(folder)));
    const least = floor(resources.use(await bench.floor(folder)));
    const reference = resources.use(await ReferenceServer.start(bench.folder("reference", folder)));
    return new Arena([stream, least, reference], resources.move());
  }

  /** Opens a connection, which is cut with the arena. */
  connect({ origin }: Contestant): HttpClient {
    return this.#resources.adopt(new HttpClient(origin), (http) => http.close());
  }

  /**
   * Lets everybody do the same in turn.
   *
   * @param prepare Makes a contestant ready.
   * @param rounds How many rounds count.
   */
  async contest(prepare: (contestant: Contestant) => Promise<Side>, rounds: number): Promise<Turns> {
    const sides = await Promise.all(
      this.contestants.map(async (contestant) => [contestant.name, await prepare(contestant)] as const),
    );
    return takeTurns(sides, rounds);
  }

  /** What everybody's memory has come to. */
  memory(what: string): Figure {
    const sizes = this.contestants.map(({ pid }) => (residentBytes(pid) / MB).toFixed(0));
    return { name: `memory after ${what}, ours / floor / reference`, value: `${sizes.join(" / ")} MB` };
  }

  /** Stops everybody. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}
