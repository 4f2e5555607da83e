import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { newcomersEnvironment } from "../../scripts/newcomer/environment.ts";
import { runTool, type ToolOutput } from "../../scripts/newcomer/run-tool.ts";
import { portable, WORKERS_ONLY } from "./entries.ts";

const cwd = inject("installed");
const env = newcomersEnvironment({ online: false });

/** Runs a module in a Node of its own. */
function node(code: string): Promise<ToolOutput> {
  return runTool([process.execPath, "--input-type=module", "--eval", code], { cwd, env });
}

describe("in Node", () => {
  test.concurrent.each(portable)("%s imports alone", async (entry) => {
    const { stdout, stderr } = await node(`
      const names = Object.keys(await import(${JSON.stringify(entry)}));
      console.log(JSON.stringify(names));
    `);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).not.toEqual([]);
  });

  test("what only Workers have says so", async () => {
    await expect(node(`await import("${WORKERS_ONLY}")`)).rejects.toThrow(/protocol 'cloudflare:'/);
  });

  test("files that are no entries are private", async () => {
    await expect(node('await import("durable-cf-streams/dist/client.js")')).rejects.toThrow(
      "ERR_PACKAGE_PATH_NOT_EXPORTED",
    );
  });

  test("the server, the memory store and the client of the package work together", async () => {
    const { stdout } = await node(`
      import { DurableStream } from "durable-cf-streams/client";
      import { allowAnonymous, createStreamHandler } from "durable-cf-streams/server";
      import { MemoryStore } from "durable-cf-streams/storage/memory";
      const handler = createStreamHandler(new MemoryStore(), { authorize: allowAnonymous() });
      const stream = new DurableStream({ url: "http://in.process/v1/stream/a", fetch: (...args) => handler(new Request(...args)) });
      await stream.create();
      await using producer = stream.producer({ id: "p" });
      await producer.append({ n: 1 });
      for await (const message of stream.read({ live: false })) console.log(JSON.stringify(message));
    `);
    expect(stdout).toBe('{"n":1}\n');
  });

  test("the command line is installed, and says its version", async () => {
    const { stdout } = await runTool([join(cwd, "node_modules/.bin/durable-cf-streams"), "--version"], { cwd, env });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
