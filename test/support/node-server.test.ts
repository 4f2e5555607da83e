import { request as httpRequest } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { type FetchHandler, type NodeServer, serveFetchHandler } from "./node-server.ts";

let server: NodeServer | undefined;

async function serve(handler: FetchHandler): Promise<string> {
  server = await serveFetchHandler(handler);
  return server.origin;
}

afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe("requests", () => {
  test("a request body arrives byte for byte", async () => {
    const sent = Uint8Array.from({ length: 3_000_000 }, (_, index) => index % 251);
    const origin = await serve(async (request) => new Response(await request.arrayBuffer()));
    const response = await fetch(origin, { method: "POST", body: sent });
    expect(Buffer.from(await response.arrayBuffer()).equals(sent)).toBe(true);
  });

  test("a request body can be read into the reader's own buffer", async () => {
    const origin = await serve(async (request) => {
      const reader = request.body?.getReader({ mode: "byob" });
      const first = await reader?.read(new Uint8Array(5));
      const second = await reader?.read(new Uint8Array(5));
      return Response.json([first?.value?.length, first?.done, second?.value?.length, second?.done]);
    });
    const response = await fetch(origin, { method: "POST", body: "12345" });
    expect(await response.json()).toEqual([5, false, 0, true]);
  });

  test("a target that starts with two slashes stays a path of this host", async () => {
    const origin = await serve(async (request) => new Response(request.url));
    const { port } = new URL(origin);
    const body = await new Promise<string>((resolve, reject) => {
      const call = httpRequest({ port, path: "//elsewhere/path" }, async (incoming) => {
        resolve(String((await incoming.toArray()).join("")));
      });
      call.on("error", reject).end();
    });
    expect(body).toBe(`http://127.0.0.1:${port}//elsewhere/path`.replace("127.0.0.1", "localhost"));
  });

  test("a refusal is read by a client whose body nobody read", async () => {
    const origin = await serve(async () => new Response("too large", { status: 413 }));
    const response = await fetch(origin, { method: "POST", body: new Uint8Array(20_000_000) });
    expect([response.status, await response.text()]).toEqual([413, "too large"]);
  });

  test("a refusal is read by a client whose body was cancelled half-way", async () => {
    const origin = await serve(async (request) => {
      const reader = request.body?.getReader();
      await reader?.read();
      await reader?.cancel();
      return new Response("too large", { status: 413 });
    });
    const response = await fetch(origin, { method: "POST", body: new Uint8Array(20_000_000) });
    expect([response.status, await response.text()]).toEqual([413, "too large"]);
  });
});

describe("responses", () => {
  test("the head of a live response does not wait for its first byte", async () => {
    const origin = await serve(async () => new Response(new ReadableStream(), { headers: { "x-live": "yes" } }));
    const leave = new AbortController();
    const response = await fetch(origin, { signal: leave.signal });
    leave.abort();
    expect(response.headers.get("x-live")).toBe("yes");
  });

  test("a client that does not read stops the body from being pulled", async () => {
    const chunk = new Uint8Array(1 << 16);
    let pulled = 0;
    const quiet = Promise.withResolvers<void>();
    let timer: NodeJS.Timeout | undefined;
    const origin = await serve(async () => {
      const pull = (controller: ReadableStreamDefaultController) => {
        pulled += 1;
        clearTimeout(timer);
        timer = setTimeout(quiet.resolve, 200);
        controller.enqueue(chunk);
      };
      return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
    });
    const call = httpRequest(origin, (incoming) => incoming.pause());
    call.on("error", () => {}).end();
    await quiet.promise;
    call.destroy();
    // What the sockets of this machine hold, which is a few megabytes: far from endless.
    expect(pulled * chunk.length).toBeLessThan(64 * 1_024 * 1_024);
  });

  test("a client that leaves aborts the request's signal and cancels the body", async () => {
    const aborted = Promise.withResolvers<string>();
    const cancelled = Promise.withResolvers<string>();
    const origin = await serve(async (request) => {
      request.signal.addEventListener("abort", () => aborted.resolve("aborted"));
      return new Response(new ReadableStream({ cancel: () => cancelled.resolve("cancelled") }));
    });
    const leave = new AbortController();
    await fetch(origin, { signal: leave.signal });
    leave.abort();
    expect(await Promise.all([aborted.promise, cancelled.promise])).toEqual(["aborted", "cancelled"]);
  });

  test("a finished response does not abort the request's signal", async () => {
    const signals: AbortSignal[] = [];
    const origin = await serve(async (request) => {
      signals.push(request.signal);
      return new Response("whole");
    });
    await (await fetch(origin)).text();
    await server?.close();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  test("a body that fails is an error to the client", async () => {
    const origin = await serve(async () => {
      const pieces = ["some", new Error("gone")];
      const pull = (controller: ReadableStreamDefaultController) => {
        const next = pieces.shift();
        next instanceof Error ? controller.error(next) : controller.enqueue(new TextEncoder().encode(next));
      };
      return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
    });
    const response = await fetch(origin);
    await expect(response.text()).rejects.toThrow();
  });

  test("a body shorter than its Content-Length is an error to the client", async () => {
    const origin = await serve(async () => new Response("short", { headers: { "content-length": "10" } }));
    const response = fetch(origin).then((answer) => answer.text());
    await expect(response).rejects.toThrow();
  });

  test("a handler that throws answers 500", async () => {
    const origin = await serve(() => Promise.reject(new Error("bug")));
    expect((await fetch(origin)).status).toBe(500);
  });
});
