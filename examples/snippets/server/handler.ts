import { allowAnonymous, createStreamHandler } from "durable-cf-streams/server";
import { MemoryStore } from "durable-cf-streams/storage/memory";

/** What Deno, Bun, a test, or an adapter for node:http calls with a request. */
export const handler = createStreamHandler(new MemoryStore(), { authorize: allowAnonymous() });
