import { afterAll, beforeAll, expect, test } from "vitest";
import { DurableStream } from "../../src/client/index.ts";
import { bearerToken } from "../../src/server/http/index.ts";
import { startServer, type TestServer } from "../support/client/index.ts";
import { serveFetchHandler } from "../support/node-server.ts";
import { cli, jsonLines } from "./fake-shell.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const MINTED = /[0-9a-f]{16}_[0-9a-f]{16}/;

async function messages(url: string): Promise<unknown> {
  return (await fetch(`${url}?offset=-1`)).json();
}

test("create makes a stream, and confirms one that is there", async () => {
  const url = server.streamUrl();
  const args = ["create", url, "--ttl", "15m", "-d", "1", "-d", '{"b": 2}'];
  const { code, stdout } = await cli(args);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^created   true\noffset    ${MINTED.source}\nclosed    false\nstreamId  \\w+\n$`));
  expect(jsonLines((await cli([...args, "--json"])).stdout)).toMatchObject([{ created: false, closed: false }]);
  expect(await messages(url)).toEqual([1, { b: 2 }]);
  expect(await new DurableStream({ url }).head()).toMatchObject({ ttlSeconds: 900, contentType: "application/json" });
});

test("create takes a content type, an end and a closed state", async () => {
  const url = server.streamUrl();
  const date = "2999-01-31T12:00:00.000Z";
  await cli(["create", url, "-t", "text/plain", "--expires-at", date, "--closed", "-d", "all of it"]);
  const { code, stdout } = await cli(["head", url, "--json"]);
  expect({ code, facts: jsonLines(stdout) }).toMatchObject({
    code: 0,
    facts: [{ contentType: "text/plain", closed: true, expiresAt: date, offset: expect.stringMatching(MINTED) }],
  });
});

test("create refuses to take a stream of another configuration for its own", async () => {
  const url = server.streamUrl();
  await cli(["create", url]);
  const { code, stdout, stderr } = await cli(["create", url, "--closed"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("StreamConflictError: ");
  expect(stderr).toContain("`head` shows the stream that is there");
});

test("head prints a line for each fact, and none for what is not so", async () => {
  const url = server.streamUrl();
  await cli(["create", url, "--ttl", "60"]);
  const { stdout } = await cli(["head", url]);
  expect(stdout.split("\n").map((line) => line.split(/\s+/)[0])).toEqual([
    "offset",
    "contentType",
    "closed",
    "ttlSeconds",
    "streamId",
    "",
  ]);
});

test("close closes for ever, with a last message", async () => {
  const url = server.streamUrl();
  await cli(["create", url]);
  expect(await cli(["close", url, "-d", '"bye"'])).toMatchObject({ code: 0, stdout: expect.stringMatching(MINTED) });
  expect(await messages(url)).toEqual(["bye"]);
  expect(await cli(["close", url, "--json"])).toMatchObject({ code: 0 });
  expect(await cli(["close", url, "-d", "1"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("StreamClosedError: "),
  });
});

test.each(["create", "append", "close"])("%s takes no --data that a JSON stream cannot hold", async (name) => {
  const url = server.streamUrl();
  if (name !== "create") await cli(["create", url]);
  const { code, stdout, stderr } = await cli([name, url, "-d", "oops"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("InvalidInputError: --data is not JSON, which the stream holds");
});

test("delete removes a stream; one that is not there is an error that says what to do", async () => {
  const url = server.streamUrl();
  await cli(["create", url]);
  expect(await cli(["delete", url])).toMatchObject({ code: 0, stdout: "deleted  true\n" });
  const { code, stderr } = await cli(["head", url]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^durable-cf-streams: StreamNotFoundError: .+\. `create` makes it\.\n$/);
});

test("delete of a stream that forks read from leaves an error that says what happened", async () => {
  const url = server.streamUrl();
  await cli(["create", url]);
  await cli(["fork", url, "--to", `${url}-fork`]);
  expect(await cli(["delete", url])).toMatchObject({ code: 0 });
  const { code, stderr } = await cli(["cat", url]);
  expect([code, stderr]).toEqual([
    1,
    "durable-cf-streams: StreamGoneError: The stream is gone. It was deleted: a checkpoint of it fits no other stream. While it has forks, its path stays taken.\n",
  ]);
});

test("fork begins with the source up to an offset, and goes its own way", async () => {
  const url = server.streamUrl();
  await cli(["create", url, "-d", "1"]);
  const { offset } = await new DurableStream({ url }).head();
  await cli(["append", url, "-d", "2", "-d", "3"]);
  const { code, stdout } = await cli(["fork", url, "--to", "./fork", "--at", offset, "--sub-offset", "1", "--json"]);
  expect(code).toBe(0);
  const target = new URL("./fork", url).href;
  expect(jsonLines(stdout)).toMatchObject([{ url: target, closed: false }]);
  expect(await messages(target)).toEqual([1, 2]);
  const whole = new URL("./whole", url).href;
  expect(await cli(["fork", url, "--to", whole])).toMatchObject({ code: 0 });
  expect(await messages(whole)).toEqual([1, 2, 3]);
});

test("with --json an error is problem details in one line", async () => {
  const { code, stdout, stderr } = await cli(["head", server.streamUrl(), "--json"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(jsonLines(stderr)).toMatchObject([{ code: "StreamNotFoundError", status: 404, advice: "`create` makes it." }]);
});

test("what a server says reaches no terminal with its control characters", async () => {
  const body = JSON.stringify({ code: "ForbiddenError", detail: "\u001b[2J no\nway" });
  const rude = await serveFetchHandler(async () => new Response(body, { status: 403 }));
  const { stderr } = await cli(["close", `${rude.origin}/x`]);
  await rude.close();
  expect(stderr).toMatch(/^durable-cf-streams: ForbiddenError: [ -~]+\n$/);
});

test("no server is an error that names the reason and the likely causes", async () => {
  const gone = await startServer();
  await gone.close();
  const { code, stderr } = await cli(["head", gone.streamUrl(), "--retries", "0"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^durable-cf-streams: TransportError: .*ECONNREFUSED.* Is the server running, and the URL right\?\n$/,
  );
});

test.each([
  ["a token in STREAM_AUTH", [], { STREAM_AUTH: "secret" }],
  ["a whole value in STREAM_AUTH", [], { STREAM_AUTH: "Bearer secret" }],
  ["--header", ["-H", "Authorization: Bearer secret"], {}],
  ["--header over STREAM_AUTH", ["-H", "authorization:Bearer secret"], { STREAM_AUTH: "wrong" }],
] as const)("with %s a command is let in", async (_, args, env) => {
  await using guarded = await startServer({ authorize: bearerToken("secret") });
  expect(await cli(["create", guarded.streamUrl(), ...args], { env })).toMatchObject({ code: 0, stderr: "" });
});

test.each([
  ["another token", { STREAM_AUTH: "wrong" }],
  ["no token", {}],
])("with %s a command is refused, and the token not shown", async (_, env) => {
  await using guarded = await startServer({ authorize: bearerToken("secret") });
  const { code, stderr } = await cli(["create", guarded.streamUrl()], { env });
  expect(code).toBe(1);
  expect(stderr).toMatch(/UnauthorizedError: .* Set STREAM_AUTH/);
  expect(stderr).not.toContain("wrong");
});
