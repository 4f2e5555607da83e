// npm run newcomer: does in an empty folder what the README says, with the package as it would be published, and shows what
// comes of it. Ends with 0 when what was written came back. The dependencies come from this project's node_modules, so that
// no network is needed; with `-- --online` they come from the registry, as they will for everybody else.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { startDevCommand } from "./newcomer/dev-command.ts";
import { newcomersEnvironment } from "./newcomer/environment.ts";
import { packageSpecs, toolSpec } from "./newcomer/local-registry.ts";
import { readInstructions } from "./newcomer/readme.ts";
import { runTool } from "./newcomer/run-tool.ts";
import { packPackage } from "./newcomer/tarball.ts";

/** Where the README's client looks for the server. The port may be in use here, so the server takes a free one. */
const DEFAULT_ORIGIN = "http://localhost:8787";
/** What the README's client prints of the message that it wrote. */
const MESSAGE = "ada: hello\n";

const { values } = parseArgs({ options: { online: { type: "boolean", default: false } } });
const { online } = values;
const env = newcomersEnvironment({ online });
const scratch = await mkdtemp(join(tmpdir(), "newcomer-"));
const cwd = join(scratch, "my-streams");
await mkdir(cwd);

try {
  const tarball = await packPackage(scratch);
  // Of the packed README: what people find in the registry.
  const { stdout: readme } = await runTool(["tar", "-xzOf", tarball.path, "package/README.md"], { cwd });
  const { files, setUp, serve, client } = readInstructions(readme);

  const specs = new Map([
    ["durable-cf-streams", await packageSpecs(tarball.path, { online })],
    ["wrangler", [toolSpec("wrangler", { online })]],
  ]);
  for (const line of setUp) {
    const words = line.split(" ").flatMap((word) => specs.get(word)?.map((spec) => `'${spec}'`) ?? [word]);
    await shell(line.startsWith("npm install ") ? words.join(" ") : line, line);
  }
  for (const [path, text] of files) {
    await mkdir(dirname(join(cwd, path)), { recursive: true });
    await writeFile(join(cwd, path), text);
    console.log(`  ${path}: ${text.trimEnd().split("\n").length} lines`);
  }

  console.log(`$ ${serve}`);
  const server = await startDevCommand(`${serve} --port 0`, { cwd, env });
  try {
    console.log(`  ready on ${server.origin}`);
    const path = client.replace("node ", "");
    await writeFile(join(cwd, path), pointed(await readFile(join(cwd, path), "utf8"), server.origin));
    expectMessages(await shell(client), 1);
    expectMessages(await shell(client), 2);
  } catch (error) {
    console.error(server.output());
    throw error;
  } finally {
    await server.stop();
  }
  console.log("What the README says works: a message was written and read, then a second one behind it.");
} finally {
  await rm(scratch, { recursive: true, force: true });
}

/** Runs a line as typed and prints it with its output; `shown` is what the README calls it. */
async function shell(line: string, shown = line): Promise<string> {
  console.log(`$ ${shown}`);
  const { stdout } = await runTool(["sh", "-c", line], { cwd, env });
  if (stdout.trim() !== "") console.log(stdout.trim().replaceAll(/^/gm, "  "));
  return stdout;
}

function pointed(source: string, origin: string): string {
  if (source.split(DEFAULT_ORIGIN).length !== 2) throw new Error(`The client does not name ${DEFAULT_ORIGIN} once`);
  return source.replace(DEFAULT_ORIGIN, origin);
}

function expectMessages(output: string, count: number): void {
  const received = output.split(MESSAGE).length - 1;
  if (received !== count) throw new Error(`${received} messages came back instead of ${count}:\n${output}`);
}
