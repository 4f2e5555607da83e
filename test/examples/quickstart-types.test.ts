import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const contract = join(root, "examples/quickstart/contract.ts");
const consumer = join(root, "examples/quickstart/page/chat-format.ts");

/** Parsed once: all but the contract is the same each time. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** What the compiler says of the page's side of the quickstart, with the contract changed. */
function errorsWith(change: (source: string) => string): string[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.snippets.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [consumer], include: [] }, ts.sys, root);
  const host = ts.createCompilerHost({ ...options, incremental: false });
  const parse = host.getSourceFile.bind(host);
  host.getSourceFile = (path, target) => {
    if (path === contract) return ts.createSourceFile(path, change(host.readFile(path) ?? ""), target);
    if (!parsed.has(path)) parsed.set(path, parse(path, target));
    return parsed.get(path);
  };
  const program = ts.createProgram([consumer], { ...options, incremental: false }, host);
  const source = program.getSourceFile(consumer);
  return program
    .getSemanticDiagnostics(source)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n").split("\n")[0] ?? "");
}

test("the quickstart's page compiles against its contract", () => {
  expect(errorsWith((source) => source)).toEqual([]);
}, 30_000);

test.each([
  ["renamed", (source: string) => source.replace("text: v", "body: v"), "Property 'text' does not exist"],
  [
    "of another type",
    (source: string) => source.replace("v.string(), v.minLength(1), v.maxLength(2_000)", "v.number()"),
    "Type 'string' is not assignable to type 'number'",
  ],
  [
    "new and required",
    (source: string) => source.replace("  text: v", "  at: v.number(),\n  text: v"),
    "Property 'at' is missing",
  ],
])(
  "a field of the contract that is %s breaks the page at compile time",
  (_name, change, message) => {
    expect(errorsWith(change).join("\n")).toContain(message);
  },
  30_000,
);
