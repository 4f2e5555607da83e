import { allowAnonymous, createStreamHandler } from "../../../src/server/http/index.ts";
import type { StreamStore } from "../../../src/server/storage/index.ts";
import type { Clock } from "../../../src/shared/index.ts";
import { settled } from "../../support/fake-clock.ts";
import { Failures } from "../beds/failures.ts";
import type { Program } from "../program.ts";
import { BASE, type Bed, httpOptions, type Server } from "../server.ts";
import type { Simulation } from "../simulation.ts";

/** What a store on a storage that isolates share is made of. */
export interface SharedStorage {
  /** Empties the storage, or takes a part that nobody else uses. */
  prepare(): Promise<void>;
  /** Opens the store of an isolate. Its calls to the storage go through `failures`. */
  open(clock: Clock, failures: Failures): StreamStore;
}

/** Clients come to one of so many isolates. */
const ISOLATES = 2;

/** Plain Workers over a storage that they share, each isolate with a store and a handler of its own. */
export const isolatesBed = (name: string, storage: SharedStorage): Bed => ({
  name,
  repertoire: ["isolate replaced", "maintained", "clock jumped", "storage failing"],
  // Others look once in a second, and calls to the storage take their time.
  newsMs: 2500,
  rest: async (long) => {
    for (let turn = 0; turn < (long ? 3 : 1); turn++) await settled();
  },
  open: async (program, simulation) => {
    await storage.prepare();
    return serve(program, simulation, storage);
  },
});

function serve(program: Program, simulation: Simulation, storage: SharedStorage): Server {
  const errors: unknown[] = [];
  const failures = new Failures(simulation);
  const start = () => {
    const { clock, stop } = simulation.branch((callback) => callback());
    const store = storage.open(clock, failures);
    const connections = new Failures(simulation);
    const handle = createStreamHandler(store, {
      authorize: allowAnonymous(),
      clock,
      onError: (error) => errors.push(error),
      ...httpOptions(program),
    });
    const end = (): void => {
      connections.cut();
      stop();
    };
    return {
      fetch: (request: Request) => connections.cutOff(handle(request)),
      maintain: () => connections.during(store.maintain()),
      end,
    };
  };
  const isolates = Array.from({ length: ISOLATES }, start);
  const isolateOf = (client: number) => {
    const isolate = isolates[client % ISOLATES];
    if (isolate === undefined) throw new RangeError(`There is no client ${client}`);
    return isolate;
  };
  return {
    base: BASE,
    errors,
    isEverLate: true,
    failures: failures.counts,
    fetch: (client, request) => isolateOf(client).fetch(request),
    calm: () => failures.end(),
    maintain: async () => void (await isolateOf(0).maintain()),
    disturb: async (disturbance) => {
      switch (disturbance.kind) {
        case "isolate replaced":
          isolateOf(disturbance.client).end();
          isolates[disturbance.client % ISOLATES] = start();
          return true;
        case "maintained":
          await isolateOf(1)
            .maintain()
            .catch(() => {});
          return true;
        case "storage failing":
          failures.begin(disturbance);
          return true;
        default:
          return disturbance.kind === "clock jumped";
      }
    },
  };
}
