// The reference server with its file store, in a process of its own. Its folder is the only argument.
import { DurableStreamTestServer } from "@durable-streams/server";

const [, , dataDir = ""] = process.argv;
const server = new DurableStreamTestServer({ port: 0, dataDir });
await server.start();
process.send?.(server.url);
// Whoever started it goes, it goes.
process.once("disconnect", () => process.exit());
