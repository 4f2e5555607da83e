import { createServer } from "node:net";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { DurableStream } from "../../../src/client/stream/index.ts";
import { hostFor } from "../../support/client/index.ts";
import { type FetchHandler, serveFetchHandler } from "../../support/node-server.ts";

const BASE = "http://streams.test/v1/stream/";

describe("with the network of Node", () => {
  /** Serves a handler for the length of one call. */
  async function serving<T>(handler: FetchHandler, use: (origin: string) => Promise<T>): Promise<T> {
    const server = await serveFetchHandler(handler);
    try {
      return await use(server.origin);
    } finally {
      await server.close();
    }
  }

  const redirect = (status: number, to: string): Response => new Response(null, { status, headers: { Location: to } });

  test("endless redirects are a MalformedResponseError, at once", async () => {
    const handler: FetchHandler = async (request) => redirect(302, request.url);
    const error = await serving(handler, (origin) =>
      hostFor(`${origin}/a`)
        .transport.send({ method: "GET" })
        .catch((thrown: unknown) => thrown),
    );
    expect(error).toMatchObject({ _tag: "MalformedResponseError" });
  });

  test.each([301, 302, 303])("a write that a %d turned into a read is not taken for stored", async (status) => {
    const methods: string[] = [];
    const handler: FetchHandler = async (request) => {
      methods.push(request.method);
      if (request.url.endsWith("/a")) return redirect(status, "/b");
      return new Response("[]", { headers: { "Stream-Next-Offset": "7", "Content-Type": "application/json" } });
    };
    const error = await serving(handler, (origin) =>
      new DurableStream({ url: `${origin}/a` }).append(1).catch((thrown: unknown) => thrown),
    );
    expect(error).toMatchObject({ _tag: "MalformedResponseError" });
    expect(methods).toEqual(["POST", "GET"]);
  });

  test.each([307, 308])("a write follows a %d with its body", async (status) => {
    const bodies: string[] = [];
    const handler: FetchHandler = async (request) => {
      bodies.push(await request.text());
      if (request.url.endsWith("/a")) return redirect(status, "/b");
      return new Response(null, { status: 204, headers: { "Stream-Next-Offset": "7" } });
    };
    await serving(handler, (origin) => new DurableStream({ url: `${origin}/a` }).append(1));
    expect(bodies).toEqual(["[1]", "[1]"]);
  });

  test("a connection that is refused, or reset before the answer, is a TransportError", async () => {
    const resetting = createServer((socket) => socket.resetAndDestroy());
    const port = await new Promise<number>((resolve) => {
      resetting.listen(0, "127.0.0.1", () => {
        const address = resetting.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    const head = (): Promise<unknown> =>
      hostFor(`http://127.0.0.1:${port}/a`)
        .transport.send({ method: "HEAD" })
        .catch((thrown: unknown) => thrown);
    expect(await head()).toMatchObject({ _tag: "TransportError", cause: { name: "TypeError" } });
    await new Promise((resolve) => resetting.close(resolve));
    expect(await head()).toMatchObject({ _tag: "TransportError", cause: { name: "TypeError" } });
  });
});

describe("with faults between client and network", () => {
  const network = setupServer();
  beforeAll(() => network.listen());
  afterEach(() => network.resetHandlers());
  afterAll(() => network.close());

  test("an append is sent once when its answer is lost", async () => {
    const bodies: string[] = [];
    network.use(
      http.post(`${BASE}a`, async ({ request }) => {
        bodies.push(await request.text());
        return HttpResponse.error();
      }),
    );
    const stream = new DurableStream({ url: `${BASE}a` });
    await expect(stream.append({ n: 1 })).rejects.toMatchObject({ _tag: "TransportError" });
    expect(bodies).toEqual(['[{"n":1}]']);
  });

  test("a create is sent again when its answer is lost", async () => {
    let attempts = 0;
    network.use(
      http.put(`${BASE}a`, () => {
        attempts += 1;
        if (attempts === 1) return HttpResponse.error();
        const headers = { "Stream-Next-Offset": "0", "Content-Type": "application/json" };
        return new HttpResponse(null, { status: 200, headers });
      }),
    );
    const stream = new DurableStream({ url: `${BASE}a`, random: () => 0 });
    await expect(stream.create()).resolves.toMatchObject({ created: false });
    expect(attempts).toBe(2);
  });
});
