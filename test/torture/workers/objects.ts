import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { allowAnonymous, createStreamWorker, type StreamObject } from "../../../src/server/durable-object/index.ts";
import { settled } from "../../support/fake-clock.ts";
import type { Program } from "../program.ts";
import { BASE, type Bed, type Server } from "../server.ts";
import type { Simulation } from "../simulation.ts";
import { current, Rig } from "./rig.ts";

type Binding = "TORTURED" | "TORTURED_KV";

/** Objects behind a Worker. */
const objectsBed = (name: string, binding: Binding): Bed => ({
  name,
  repertoire: ["evicted", "crashed", "alarm early", "alarm repeated", "alarm late", "clock jumped", "storage failing"],
  // A stream made in JavaScript that fails on its way to an object ends there as if it were complete; one that comes
  // from a network does not, but here all are made.
  unfit: ["reset in request"],
  newsMs: 1000,
  rest: async (long) => {
    await settled();
    // What travels from an object to its readers is nobody's promise here.
    if (long) await pause(5);
    // A request is answered soon, however busy the machine is, unless it waits for time to pass.
    for (let turn = 0; turn < MOST_TURNS && inFlight.size > 0; turn++) await pause(2);
  },
  open: async (program, simulation) => {
    // The more objects of earlier programs are alive, the slower the runtime gets.
    await abortAllDurableObjects();
    return serve(program, simulation, binding);
  },
});

/** Objects with their streams in SQLite. */
export const sqliteBed: Bed = objectsBed("sqlite", "TORTURED");

/** Objects with their streams in KV. */
export const kvBed: Bed = objectsBed("kv", "TORTURED_KV");

/** An object takes a while to start. */
const MOST_TURNS = 30;

/** How long an eviction may take, in ms: one that waits for something else is left to itself. */
const EVICTION_MS = 2000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Requests that are to be answered without waiting for anything but the object, and the paths that they are about. */
const inFlight = new Map<Promise<unknown>, string>();

function prompt<T>(path: string, answer: Promise<T>): Promise<T> {
  inFlight.set(answer, path);
  const over = (): void => void inFlight.delete(answer);
  answer.then(over, over);
  return answer;
}

const yes = (): boolean => true;
const no = (): boolean => false;

let runs = 0;

function serve(program: Program, simulation: Simulation, binding: Binding): Server {
  runs += 1;
  const prefix = `run-${runs}`;
  const stubOf = (path: string): DurableObjectStub<StreamObject> => env[binding].getByName(path);
  // An object that is gone by then has no use for the callback.
  const enter = (path: string, callback: () => void) =>
    runInDurableObject(stubOf(path), () => callback()).catch(() => {});
  // Not `runDurableObjectAlarm`: that forgets an alarm which fails, and the platform does not.
  const fire = (path: string): Promise<void> =>
    runInDurableObject(stubOf(path), (object: StreamObject) => object.alarm());
  const rig = new Rig(program, simulation, enter, fire);
  current.rig = rig;
  const onError = (error: unknown): void => void rig.errors.push(error);
  const worker = createStreamWorker<Cloudflare.Env>({ binding, authorize: allowAnonymous(), onError });
  /** Paths whose objects may have bodies under way that nobody reads, for which an eviction would wait. */
  const live = new Set<string>();

  const crash = async (path: string): Promise<void> => {
    await runInDurableObject(stubOf(path), (_object, state) => state.abort("crashed by the harness")).catch(() => {});
    rig.ended(path);
    live.delete(path);
  };
  const evict = async (path: string): Promise<boolean> => {
    // An object that does not run cannot be evicted.
    const evicted = evictDurableObject(stubOf(path)).then(yes, no);
    const happened = await Promise.race([evicted, pause(EVICTION_MS).then(no)]);
    if (happened) rig.ended(path);
    return happened;
  };
  return {
    base: `${BASE}/${prefix}`,
    errors: rig.errors,
    isEverLate: false,
    failures: rig.failures.counts,
    fetch: (_client, request) => {
      const { pathname, searchParams } = new URL(request.url);
      const pathOf = (name: string): string => `${prefix}/${name.split("/").at(-1)}`;
      const source = request.headers.get("Stream-Forked-From");
      if (source !== null) live.add(pathOf(source));
      if (!searchParams.has("live")) return prompt(pathOf(pathname), worker.fetch(request, env));
      live.add(pathOf(pathname));
      return worker.fetch(request, env);
    },
    calm: () => rig.failures.end(),
    maintain: () => rig.ringAll(),
    disturb: async (disturbance) => {
      const path = "path" in disturbance ? `${prefix}/${disturbance.path}` : prefix;
      switch (disturbance.kind) {
        case "crashed":
          await crash(path);
          return true;
        case "evicted":
          if (live.has(path) || [...inFlight.values()].includes(path)) return false;
          return evict(path);
        case "alarm late":
          return rig.postpone(path, disturbance.byMs);
        case "alarm early":
        case "alarm repeated":
          for (let time = disturbance.kind === "alarm early" ? 1 : 2; time > 0; time--) {
            await fire(path).catch(() => {});
          }
          return true;
        case "storage failing":
          rig.failures.begin(disturbance);
          return true;
        default:
          return disturbance.kind === "clock jumped";
      }
    },
  };
}
