import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type Perform, program } from "../../src/cli/program.ts";
import { cli } from "./fake-shell.ts";

const URL = "http://localhost:1/v1/stream/a";

test.each([
  ["an unknown option", ["cat", URL, "--bogus"], "unknown option '--bogus'"],
  ["an unknown command", ["tali", URL], "Did you mean tail?"],
  ["no URL", ["cat"], "missing required argument 'url'"],
  ["too many arguments", ["cat", URL, URL], "too many arguments"],
  ["a relative URL", ["cat", "a"], "It is no absolute URL."],
  ["a URL without a scheme", ["cat", "localhost:4437/v1/stream/a"], "A stream is at http:// or https://."],
  ["credentials in the URL", ["cat", "http://a:b@localhost/x"], "Credentials go into STREAM_AUTH."],
  ["a header that is none", ["head", URL, "-H", "nonsense"], "It takes 'Name: value'."],
  ["a header that cannot be sent", ["head", URL, "-H", "a b: c"], "It takes 'Name: value'."],
  ["a number that is none", ["head", URL, "--retries", "-1"], "It takes a whole number from 0."],
  ["a limit of nothing", ["cat", URL, "-n", "0"], "It takes a whole number from 1."],
  ["a lifetime that is none", ["create", URL, "--ttl", "1y"], "90s, 15m, 24h, 7d"],
  ["a date that is none", ["create", URL, "--expires-at", "soon"], "2030-01-31T12:00:00Z"],
  ["two lifetimes", ["create", URL, "--ttl", "1h", "--expires-at", "2030-01-31"], "cannot be used with"],
  ["two ways to cut the input", ["append", URL, "--lines", "--raw"], "cannot be used with"],
  ["a place that is none", ["cat", URL, "--from", "a/b"], "start, now, an offset, or a checkpoint"],
  ["a checkpoint that is none", ["cat", URL, "--from", '{"offset":1}'], "start, now, an offset, or a checkpoint"],
  ["an unknown way to wait", ["tail", URL, "--live", "never"], "Allowed choices are auto, sse, long-poll"],
  ["a fork to nowhere", ["fork", URL], "required option '--to <url>'"],
  ["a fork to another server", ["fork", URL, "--to", "http://elsewhere/x"], "A fork lives on the server of its source"],
  ["nothing at all", [], "Usage: durable-cf-streams"],
])("%s is a wrong command line: exit code 2, and nothing on standard output", async (_, args, message) => {
  const { code, stdout, stderr } = await cli(args);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});

const COMMANDS = ["create", "append", "cat", "tail", "head", "close", "delete", "fork"];

test.each([["--help"], ["help"]])("%s lists every command, with examples", async (word) => {
  const { code, stdout, stderr } = await cli([word]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
  expect(stdout).toContain("Examples:\n");
});

test.each(COMMANDS)("%s --help teaches with an example of itself", async (name) => {
  const { code, stdout } = await cli([name, "--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`Examples?:\n.*durable-cf-streams ${name} `));
});

test("--version prints the package's version", async () => {
  const { version }: { version: string } = JSON.parse(await readFile("package.json", "utf8"));
  expect(await cli(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n` });
});

/** What a shell makes of a line, as far as the examples go. */
function wordsOf(line: string): string[] {
  const command = line.replace(/^.*?durable-cf-streams /, "").replace(/( [<>|] .*| {2,}.*)$/, "");
  return Array.from(command.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, bare]) => quoted ?? bare ?? "");
}

test("every example that help gives can be typed", async () => {
  const pages = await Promise.all([[], ...COMMANDS.map((name) => [name])].map((args) => cli([...args, "--help"])));
  const examples = pages.flatMap(({ stdout }) =>
    stdout.split("\n").filter((line) => / durable-cf-streams \w+ /.test(line)),
  );
  const understood: string[] = [];
  const perform: Perform = () => async (url) => void understood.push(url);
  for (const line of examples.filter((line) => !line.startsWith("Usage:"))) {
    const words = wordsOf(line).map((word) => (word.startsWith("URL") ? URL : word));
    const output = { writeErr: (text: string) => expect.fail(`${line}: ${text}`) };
    await program(perform, output).parseAsync(words, { from: "user" });
  }
  expect(understood.length).toBeGreaterThan(15);
});
