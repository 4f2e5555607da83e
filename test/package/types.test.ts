import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { runTool } from "../../scripts/newcomer/run-tool.ts";
import { entries, typedAnywhere } from "./entries.ts";

const installed = inject("installed");
const require = createRequire(import.meta.url);
const snippets = fileURLToPath(new URL("../../examples/snippets", import.meta.url));
const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

/** A project of a user: which part of the documents' code it takes over, and the compiler options that make it what it is. */
interface Consumer {
  /** Entries of the package that it imports as a whole, so that all their declarations are checked. */
  readonly imports: readonly string[];
  /** Folders and files of `examples/snippets`. */
  readonly snippets: readonly string[];
  /** Packages of ambient types that are installed in it, alone. */
  readonly types: readonly string[];
  /** Libraries of TypeScript. */
  readonly lib: readonly string[];
  /** How modules are found. */
  readonly resolution: "bundler" | "nodenext";
}

const consumers: Record<string, Consumer> = {
  "a page, with a bundler": {
    imports: typedAnywhere,
    snippets: ["client", "readme/client.ts", "getting-started/page", "getting-started/src/contract.ts"],
    types: [],
    lib: ["ES2022", "DOM"],
    resolution: "bundler",
  },
  "a program in Node": {
    imports: typedAnywhere,
    snippets: ["readme/client.ts", "node"],
    types: ["@types/node"],
    lib: ["ES2022"],
    resolution: "nodenext",
  },
  "a Worker, with a bundler": {
    imports: entries,
    snippets: ["server", "readme/src", "getting-started/src"],
    types: ["@cloudflare/workers-types"],
    lib: ["ES2022"],
    resolution: "bundler",
  },
  "a Worker, with Node's resolution": {
    imports: entries,
    snippets: ["server", "readme/src", "getting-started/src"],
    types: ["@cloudflare/workers-types"],
    lib: ["ES2022"],
    resolution: "nodenext",
  },
};

/** Where things are checked that must not compile: an error that is expected and missing is an error. */
const MISUSES = `import { DurableStream } from "durable-cf-streams/client";

const stream = new DurableStream<{ text: string }>({ url: "https://example.com/a" });
// @ts-expect-error: no message of this stream
await stream.append({ text: 1 });
// @ts-expect-error: there is no such option
stream.read({ form: "start" });
`;

async function makeProject(folder: string, consumer: Consumer): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of consumer.types) {
    const link = join(folder, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(dirname(require.resolve(`${name}/package.json`)), link);
  }
  for (const path of consumer.snippets) await cp(join(snippets, path), join(folder, path), { recursive: true });
  const imports = consumer.imports.map((entry, index) => `export * as entry${index} from "${entry}";\n`);
  await writeFile(join(folder, "entries.ts"), imports.join(""));
  await writeFile(join(folder, "misuses.ts"), MISUSES);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    // What is checked is the package; the libraries of TypeScript are not.
    skipLibCheck: false,
    skipDefaultLibCheck: true,
    target: "ES2022",
    lib: consumer.lib,
    types: consumer.types.map((name) => name.replace("@types/", "")),
    module: consumer.resolution === "bundler" ? "ESNext" : "NodeNext",
    moduleResolution: consumer.resolution,
  };
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["**/*.ts"] }));
}

const folderOf = (name: string): string => join(installed, "types", name.replaceAll(/\W+/g, "-"));

beforeAll(async () => {
  await Promise.all(Object.entries(consumers).map(([name, consumer]) => makeProject(folderOf(name), consumer)));
});

describe("the types, with skipLibCheck off, compile in", () => {
  test.concurrent.each(Object.keys(consumers))(
    "%s",
    async (name) => {
      const cwd = folderOf(name);
      const { stdout } = await runTool([process.execPath, tsc, "--project", cwd], { cwd });
      expect(stdout).toBe("");
    },
    180_000,
  );
});
