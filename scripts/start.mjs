// npm start: the development Worker on http://localhost:4437, its data in .data/.
// Options: --port PORT (or PORT in the environment; 0 takes any free one), --data FOLDER
import "./quiet.mjs";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { port, persist } = readOptions();
// Only now: to load what it is made of takes a second.
const { PortTakenError, startDevServer } = await import("./dev-server.ts");

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
  setTimeout(() => process.exit(1), 20_000).unref();
  // The terminal's Ctrl-C ends the runtime too, and wrangler may trip over its closed pipes: by now that is no failure.
  process.on("uncaughtException", () => {});
  await server.stop().catch(() => {});
  process.exit(0);
}

const stream = `${server.origin}/v1/stream/hello`;
console.log(`
  durable-cf-streams on ${server.origin}  (data in ${relative(process.cwd(), persist)}/, Ctrl-C stops)

  page     ${server.origin}/

  create   curl -X PUT ${stream} -H 'Content-Type: application/json'
  append   curl -X POST ${stream} -H 'Content-Type: application/json' -d '{"hello":"world"}'
  tail     curl -N '${stream}?offset=-1&live=sse'
`);

/** @returns {{ port: number, persist: string }} */
function readOptions() {
  const { PORT = "4437", INIT_CWD = process.cwd() } = process.env;
  /** @type {{ port?: string, data?: string }} */
  let values;
  try {
    ({ values } = parseArgs({ options: { port: { type: "string" }, data: { type: "string" } } }));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
  const text = values.port ?? PORT;
  const parsed = Number(text);
  if (text.trim() === "" || !Number.isInteger(parsed) || parsed < 0 || parsed > 65_535) {
    console.error(`--port takes a number from 0 to 65535, not "${text}"`);
    process.exit(2);
  }
  // npm changes into the project's folder; a path that was typed means the folder it was typed in.
  const project = fileURLToPath(new URL("..", import.meta.url));
  return {
    port: parsed,
    persist: values.data === undefined ? resolve(project, ".data") : resolve(INIT_CWD, values.data),
  };
}
