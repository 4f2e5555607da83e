import { allowAnonymous, createStreamHandler } from "../../../src/server/http/index.ts";
import type { Backend } from "../../../src/server/storage/engine/backend.ts";
import { LogStore } from "../../../src/server/storage/engine/log-store.ts";
import { MemoryBackend } from "../../../src/server/storage/memory/backend.ts";
import type { Program } from "../program.ts";
import { BASE, type Bed, httpOptions, type Server } from "../server.ts";
import type { Simulation } from "../simulation.ts";
import { FailingBackend } from "./failing-backend.ts";
import { Failures } from "./failures.ts";

/** Chunks are small, so that programs with little to write fill several. */
const LIMITS = { maxBytes: 512, coalesceBelow: 128 };

/** Puts something between the engine and its backend, or in place of the store. */
export interface Sabotage {
  readonly backend?: (backend: Backend) => Backend;
  readonly store?: (store: LogStore) => LogStore;
}

/** The engine over memory, behind the real handler. A new store over the same memory is a restart. */
export const memoryBed = ({
  backend: spoil = (whole) => whole,
  store: spoilStore = (whole) => whole,
}: Sabotage = {}): Bed => ({
  name: "memory",
  repertoire: ["isolate replaced", "maintained", "clock jumped", "storage failing"],
  newsMs: 60,
  rest: async (long) => {
    for (let turn = 0; turn < (long ? 6 : 2); turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  },
  open: async (program, simulation) => open(program, simulation, spoil, spoilStore),
});

function open(
  program: Program,
  simulation: Simulation,
  spoil: (backend: Backend) => Backend,
  spoilStore: (store: LogStore) => LogStore,
): Server {
  const failures = new Failures(simulation);
  const errors: unknown[] = [];
  const memory = new FailingBackend(spoil(new MemoryBackend(LIMITS)), failures);
  const start = () => {
    const { clock, stop } = simulation.branch((callback) => callback());
    const store = spoilStore(new LogStore(memory, { clock }));
    const handle = createStreamHandler(store, {
      authorize: allowAnonymous(),
      clock,
      onError: (error) => errors.push(error),
      ...httpOptions(program),
    });
    return { store, handle, stop };
  };
  let process = start();
  return {
    base: BASE,
    errors,
    isEverLate: false,
    failures: failures.counts,
    fetch: (_client, request) => failures.cutOff(process.handle(request)),
    calm: () => failures.end(),
    maintain: async () => void (await process.store.maintain()),
    disturb: async (disturbance) => {
      switch (disturbance.kind) {
        case "isolate replaced":
          // Requests and timers of the old process end with it; only what is in the memory stays.
          process.stop();
          failures.cut();
          process = start();
          return true;
        case "maintained":
          await failures.during(process.store.maintain()).catch(() => {});
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
