// npm start: the development Worker on http://localhost:4437, its data in .data/. Options: --port PORT
import "./quiet.mjs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PortTakenError, startDevServer } from "./dev-server.ts";

const port = readPort();
const persist = fileURLToPath(new URL("../.data", import.meta.url));

const server = await startDevServer({ port, persist, watch: true }).catch((error) => {
  console.error(error instanceof PortTakenError ? error.message : error);
  process.exit(1);
});

let stopping = false;
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  // Miniflare has put handlers here that end the process at once; this one lets the runtime finish first.
  process.removeAllListeners(signal);
  process.on(signal, stop);
}

// npm puts a shell in between, and a shell that is told to end does so without a word to this process.
if (process.env.npm_lifecycle_event === "start") {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) {
      stop();
    }
  }, 500).unref();
}

// A terminal signals the whole process group and npm passes the signal on as well: only the first one counts.
async function stop() {
  if (stopping) {
    return;
  }
  stopping = true;
  setTimeout(() => process.exit(1), 5_000).unref();
  // The terminal's Ctrl-C ends the runtime too, and wrangler may trip over its closed pipes: by now that is no failure.
  process.on("uncaughtException", () => {});
  await server.stop().catch(() => {});
  process.exit(0);
}

const stream = `${server.origin}/v1/stream/hello`;
console.log(`
  durable-cf-streams on ${server.origin}  (data in .data/, Ctrl-C stops)

  create   curl -X PUT ${stream} -H 'Content-Type: application/json'
  append   curl -X POST ${stream} -H 'Content-Type: application/json' -d '{"hello":"world"}'
  tail     curl -N '${stream}?offset=-1&live=sse'
`);

/** @returns {number} */
function readPort() {
  const { values } = parseArgs({ options: { port: { type: "string", default: "4437" } } });
  const parsed = Number(values.port);
  if (!Number.isInteger(parsed) || parsed < 0 || parsed > 65_535) {
    console.error(`--port takes a number from 0 to 65535, not ${values.port}`);
    process.exit(2);
  }
  return parsed;
}
