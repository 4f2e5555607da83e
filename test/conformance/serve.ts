import "../../scripts/quiet.mjs";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { createTestHarness } from "wrangler";
import { allowAnonymous, createStreamHandler } from "../../src/server/http/index.ts";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { startBareWorkerd } from "../support/bare-workerd.ts";
import { serveFetchHandler } from "../support/node-server.ts";
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

/** Starts the servers for the whole project and hands their origins to the tests. Returns the teardown. */
export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const [sqlite, memory, d1Object, d1Worker, kvObject, r2Object, r2Worker, node] = await Promise.all([
    serveObjects("SqliteObject"),
    serveObjects("MemoryObject"),
    serveWorker("wrangler.d1-object.jsonc"),
    serveWorker("wrangler.d1.jsonc", "wrangler.d1-elsewhere.jsonc"),
    serveWorker("wrangler.kv-object.jsonc"),
    serveWorker("wrangler.r2-object.jsonc"),
    serveWorker("wrangler.r2.jsonc"),
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

/** Serves objects that need no other binding, on a bare workerd: without a proxy in front it takes half the time. */
async function serveObjects(className: string) {
  const { origin, stop } = await startBareWorkerd(new URL("worker.ts", import.meta.url), className);
  return { origin, close: stop };
}

/** Serves a Worker, and beside it others that it has bindings to. */
async function serveWorker(...configs: readonly string[]) {
  const harness = createTestHarness({
    root: fileURLToPath(new URL(".", import.meta.url)),
    workers: configs.map((configPath) => ({ configPath })),
  });
  const { url } = await harness.listen();
  return { origin: url.origin, close: () => harness.close() };
}

function serveNode() {
  const handler = createStreamHandler(new MemoryStore(), {
    authorize: allowAnonymous(),
    basePath: "/v1/stream",
    longPollTimeoutMs: SERVED_LONG_POLL_MS,
  });
  return serveFetchHandler(handler);
}
