import { allowAnonymous, createStreamHandler } from "../../src/server/http/index.ts";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { recorded } from "../http/server.ts";
import { serveFetchHandler } from "../support/node-server.ts";
import { LIMITS, OPTIONS } from "./limits.ts";
import type { Target } from "./target.ts";

/** A plain handler over a memory store, on Node. */
export async function startNode(): Promise<Target> {
  const { store, calls } = recorded(new MemoryStore(LIMITS));
  let failures = 0;
  const onError = (error: unknown): void => {
    console.error(error);
    failures += 1;
  };
  const server = await serveFetchHandler(
    createStreamHandler(store, { ...OPTIONS, authorize: allowAnonymous(), onError }),
  );
  return {
    origin: server.origin,
    vitals: async () => ({ watching: calls.watching, failures }),
    stop: () => server.close(),
  };
}
