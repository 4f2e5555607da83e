import { allowAnonymous, createStreamHandler } from "durable-cf-streams/server";
import { MemoryStore } from "durable-cf-streams/storage/memory";

/** A Fetch handler for any runtime: Deno, Bun, Node behind an adapter, a test. */
export const handler = createStreamHandler(new MemoryStore(), { authorize: allowAnonymous() });
