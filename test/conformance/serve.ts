import "../../scripts/quiet.mjs";
import type { TestProject } from "vitest/node";
import { allowAnonymous, createStreamHandler } from "../../src/server/http/index.ts";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { startBareWorkerd } from "../support/bare-workerd.ts";
import { serveFetchHandler } from "../support/node-server.ts";
import { type Bindings, startSimulated, type WorkerToServe } from "../support/simulated-worker.ts";
import { SERVED_LONG_POLL_MS } from "./timing.ts";

declare module "vitest" {
  /** The origin of each server under test. */
  export interface ProvidedContext {
    sqliteObject: string;
    memoryObject: string;
    d1Object: string;
    d1Worker: string;
    kvObject: string;
    r2Object: string;
    r2Worker: string;
    nodeMemory: string;
  }
}

const D1: Bindings = { DB: { type: "d1", id: "conformance" } };
const KV: Bindings = { KV: { type: "kv", id: "conformance" } };
const R2: Bindings = { BUCKET: { type: "r2", name: "conformance" } };

/** Starts the servers for the whole project and hands their origins to the tests. Returns the teardown. */
export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const [sqlite, memory, d1Object, d1Worker, kvObject, r2Object, r2Worker, node] = await Promise.all([
    serveObjects("SqliteObject"),
    serveObjects("MemoryObject"),
    startSimulated(objectsOver("D1Object", D1)),
    startSimulated(
      worker("d1-worker.ts", { ...D1, ELSEWHERE: { type: "worker", workerName: "d1-elsewhere-worker.ts" } }),
      worker("d1-elsewhere-worker.ts", D1),
    ),
    startSimulated(objectsOver("KVObject", KV)),
    startSimulated(objectsOver("R2Object", R2)),
    startSimulated(worker("r2-worker.ts", R2)),
    serveNode(),
  ]);
  project.provide("sqliteObject", sqlite.origin);
  project.provide("memoryObject", memory.origin);
  project.provide("d1Object", d1Object.origin);
  project.provide("d1Worker", d1Worker.origin);
  project.provide("kvObject", kvObject.origin);
  project.provide("r2Object", r2Object.origin);
  project.provide("r2Worker", r2Worker.origin);
  project.provide("nodeMemory", node.origin);
  return async () => {
    await Promise.all(
      [sqlite, memory, d1Object, d1Worker, kvObject, r2Object, r2Worker, node].map((server) => server.close()),
    );
  };
}

/** Serves objects that need no other binding. */
async function serveObjects(className: string) {
  const { origin, stop } = await startBareWorkerd(new URL("worker.ts", import.meta.url), className);
  return { origin, close: stop };
}

/** A plain Worker. */
function worker(file: string, bindings: Bindings): WorkerToServe {
  return { name: file, entry: new URL(file, import.meta.url), bindings };
}

/** A Worker whose objects have a store over shared storage. */
function objectsOver(className: string, bindings: Bindings): WorkerToServe {
  return { ...worker("worker.ts", bindings), className };
}

function serveNode() {
  const handler = createStreamHandler(new MemoryStore(), {
    authorize: allowAnonymous(),
    basePath: "/v1/stream",
    longPollTimeoutMs: SERVED_LONG_POLL_MS,
  });
  return serveFetchHandler(handler);
}
