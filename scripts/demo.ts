// npm run demo -- [FILE] [--url ORIGIN]: sends a file line by line through a stream, tails it meanwhile, reads it back
// afterwards, kills the network in between a few times on the way, and shows that all three are the file. The client's
// StreamProducer and StreamReader do the work: see demo/transfer.ts.
import { randomUUID } from "node:crypto";
import { access, constants } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { formatReport, isSame } from "./demo/report.ts";
import { transfer } from "./demo/transfer.ts";
import type { DevServer } from "./dev-server.ts";

const USAGE = `usage: npm run demo -- [FILE] [--url ORIGIN]

  FILE          what to send; the project's CHANGELOG.md unless given
  --url ORIGIN  a running server, such as http://localhost:4437; unless given, one is started for the demo

Each line, its line end included, is one JSON message: a string, or {"base64":"…"} when it is not valid UTF-8. A line
over 8 MiB is cut into several messages. So the messages together are the file, byte for byte. The network between the
demo and the server is killed a few times on the way, with requests and answers on it.
`;

/** npm runs scripts in the project's folder, and says in which one the user was. */
const userFolder = process.env.INIT_CWD ?? process.cwd();
const changelog = fileURLToPath(new URL("../CHANGELOG.md", import.meta.url));

const options = readOptions();
if (options === undefined) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = (await run(options.file, options.url)) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`The demo failed: ${error instanceof Error ? describe(error) : error}\n`);
    process.exitCode = 1;
  }
}

/** Returns whether everything came through as it was. */
async function run(file: string, origin: string | undefined): Promise<boolean> {
  // Before a server is started for nothing.
  await access(file, constants.R_OK);
  const server = origin === undefined ? await startServer() : undefined;
  try {
    const target = origin ?? server?.origin ?? "";
    const path = `/v1/stream/demo/${randomUUID()}`;
    console.log(`\n  ${relative(userFolder, file)} → ${target}${path}\n`);
    const { rows, peakInFlight, cuts, retries } = await transfer(file, target, path);
    const same = isSame(rows);
    console.log(formatReport(rows));
    console.log(
      `\n  ${peakInFlight} ${peakInFlight === 1 ? "request" : "requests"} in flight at most, ${cuts} connections cut on the way, ${retries} repeated`,
    );
    console.log(same ? "  All three are the file, byte for byte.\n" : "  They differ: this is a bug.\n");
    return same;
  } finally {
    await server?.stop();
  }
}

/** To load what it is made of takes longer than most demos. */
async function startServer(): Promise<DevServer> {
  const { startDevServer } = await import("./dev-server.ts");
  return startDevServer({ port: 0, persist: false });
}

function readOptions(): { file: string; url: string | undefined } | undefined {
  try {
    const { values, positionals } = parseArgs({ options: { url: { type: "string" } }, allowPositionals: true });
    const [file] = positionals;
    if (positionals.length > 1) {
      return undefined;
    }
    return {
      file: file === undefined ? changelog : resolve(userFolder, file),
      url: values.url === undefined ? undefined : new URL(values.url).origin,
    };
  } catch {
    return undefined;
  }
}

/** A failed fetch says why only in its cause. */
function describe(error: Error): string {
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
