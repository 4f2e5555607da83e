import { env } from "cloudflare:workers";
import {
  createStreamWorker,
  type StreamObject,
  type StreamWorkerOptions,
} from "../../../src/server/durable-object/index.ts";
import { BASE } from "./client.ts";

/** What a door's Worker finds in its environment: a namespace that takes notes. */
interface DoorEnv {
  readonly STREAMS: unknown;
}

/** A Worker with a door of the test's own, and the names of the objects that it reached for. */
export function door(options: Omit<StreamWorkerOptions<DoorEnv>, "binding">) {
  const touched: string[] = [];
  const getByName = (name: string): DurableObjectStub<StreamObject> => {
    touched.push(name);
    return env.PROBED.getByName(name);
  };
  const worker = createStreamWorker<DoorEnv>({ binding: "STREAMS", ...options });
  const ask = (method: string, path: string, init: RequestInit = {}) =>
    worker.fetch(new Request(`${BASE}/${path}`, { method, ...init }), { STREAMS: { getByName } });
  return { ask, touched };
}
