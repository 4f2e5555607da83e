import type { ForkSource, StreamStore } from "../../../src/server/storage/index.ts";
import type { FakeClock } from "../../support/fake-clock.ts";

/** A store as the contract sees it: with the side that it shows to the forks of its streams. */
export interface StoreUnderTest extends StreamStore {
  readonly forkSource: ForkSource;
}

/** What a test asks of the store that is made for it. */
export interface BedOptions {
  readonly maxProducers?: number | undefined;
  /** Where the store looks for the streams that its forks read, instead of in itself. */
  readonly forkSource?: ForkSource | undefined;
  readonly onPlanned?: ((nextDue: number) => void) | undefined;
}

/** What a test works with: an empty store of its own, and the time that the store sees. */
export interface TestBed {
  readonly store: StoreUnderTest;
  readonly clock: FakeClock;
}

/** A {@link TestBed} whose store outlives its process. */
export interface DurableBed extends TestBed {
  /** What a process finds that starts now: what is stored, and nothing of what was in memory. */
  restart(): StoreUnderTest;
}

/** Makes a bed and runs a test in it: inside a Durable Object, for example, which is why it is not just returned. */
export type Harness<Bed extends TestBed = TestBed> = (
  options: BedOptions,
  body: (bed: Bed) => Promise<void>,
) => Promise<void>;

/** Declares one test of the contract. */
export type Check<Bed extends TestBed = TestBed> = (
  title: string,
  body: (bed: Bed) => Promise<void>,
  options?: BedOptions,
) => void;
