import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { createTransport, parseStreamUrl, type TransportOptions } from "../../../src/client/transport/index.ts";
import { MalformedResponseError, TransportError } from "../../../src/shared/index.ts";
import { networkFailure, type Step, scriptedFetch } from "../../support/client/index.ts";
import { FakeClock, settled } from "../../support/fake-clock.ts";

const URL_TEXT = "https://streams.test/v1/stream/a";
const ok = (): Response => new Response("fine");

function transport(steps: readonly Step[], options: Partial<TransportOptions> = {}) {
  const clock = new FakeClock();
  const script = scriptedFetch(...steps);
  const url = parseStreamUrl(URL_TEXT);
  return { ...script, clock, transport: createTransport({ url, clock, fetch: script.fetch, ...options }) };
}

/** A `fetch` that never answers, but listens to its signal like the platform's. */
const silent: Step = (request) =>
  new Promise((_, reject) => {
    request.signal.addEventListener("abort", () => reject(request.signal.reason));
  });

describe("a request", () => {
  test("carries method, protocol headers and body", async () => {
    const { transport: t, requests } = transport([ok()]);
    await t.send({
      method: "POST",
      headers: { "Producer-Id": "p", "Stream-Seq": undefined },
      body: new Uint8Array([104, 105]),
    });
    const [request] = requests;
    expect(request?.method).toBe("POST");
    expect(request?.headers.get("Producer-Id")).toBe("p");
    expect(request?.headers.has("Stream-Seq")).toBe(false);
    await expect(request?.text()).resolves.toBe("hi");
  });

  test("evaluates headers and parameters, sync or async, for every attempt", async () => {
    let calls = 0;
    const count = async (): Promise<string> => String(++calls);
    const { transport: t, requests } = transport([ok()], {
      headers: { "X-Call": count, "X-Fixed": "f", "X-None": () => undefined },
      params: { tenant: () => "t" },
    });
    await t.send({ method: "GET" });
    await t.send({ method: "GET" });
    expect(requests.map((request) => request.headers.get("X-Call"))).toEqual(["1", "2"]);
    expect(requests[0]?.headers.get("X-Fixed")).toBe("f");
    expect(requests[0]?.headers.has("X-None")).toBe(false);
    expect(requests[0]?.url).toBe(`${URL_TEXT}?tenant=t`);
  });

  test("lets a protocol header win over a caller's, whatever its case", async () => {
    const { transport: t, requests } = transport([ok()], { headers: { "content-type": "text/html" } });
    await t.send({ method: "POST", headers: { "Content-Type": "text/plain" }, body: new Uint8Array(1) });
    expect(requests[0]?.headers.get("Content-Type")).toBe("text/plain");
  });

  test("throws a caller's impossible header as the TypeError that it is", async () => {
    const { transport: t } = transport([ok()], { headers: { "no good": "x" } });
    await expect(t.send({ method: "GET" })).rejects.toThrow(TypeError);
  });

  test("is made by the fetch of the moment when none is injected", async () => {
    const original = globalThis.fetch;
    const t = createTransport({ url: parseStreamUrl(URL_TEXT), clock: new FakeClock() });
    globalThis.fetch = async () => ok();
    try {
      await expect((await t.send({ method: "GET" })).text()).resolves.toBe("fine");
    } finally {
      globalThis.fetch = original;
    }
  });

  test("calls an injected fetch without a receiver, as browsers demand of their own", async () => {
    let receiver: unknown = "unset";
    const t = createTransport({
      url: parseStreamUrl(URL_TEXT),
      clock: new FakeClock(),
      fetch: async function (this: unknown) {
        receiver = this;
        return ok();
      },
    });
    await t.send({ method: "GET" });
    expect(receiver).toBeUndefined();
  });
});

describe("an answer", () => {
  test("is returned whatever its status, after one attempt", async () => {
    for (const status of [204, 304, 404, 429, 500, 503]) {
      const { transport: t, requests } = transport([new Response(null, { status })]);
      expect((await t.send({ method: "GET" })).status).toBe(status);
      expect(requests).toHaveLength(1);
    }
  });

  test("that is a 401 is repeated once, with headers evaluated anew", async () => {
    const tokens = ["stale", "fresh"];
    const { transport: t, requests } = transport([new Response(null, { status: 401 }), ok()], {
      headers: { Authorization: () => tokens.shift() },
    });
    await expect((await t.send({ method: "POST", body: new Uint8Array([1]) })).text()).resolves.toBe("fine");
    expect(requests.map((request) => request.headers.get("Authorization"))).toEqual(["stale", "fresh"]);
    await expect(requests[1]?.bytes()).resolves.toEqual(new Uint8Array([1]));
  });

  test("that is a second 401 is returned", async () => {
    const { transport: t, requests } = transport([new Response(null, { status: 401 })], {
      params: { token: () => "t" },
    });
    expect((await t.send({ method: "GET" })).status).toBe(401);
    expect(requests).toHaveLength(2);
  });

  test("that is a 401 is returned at once when nothing could be fresher", async () => {
    const { transport: t, requests } = transport([new Response(null, { status: 401 })], {
      headers: { Authorization: "Bearer fixed" },
    });
    expect((await t.send({ method: "GET" })).status).toBe(401);
    expect(requests).toHaveLength(1);
  });

  test("with 200 after a redirected write is refused: the redirect may have made a read of it", async () => {
    const redirected = Object.defineProperty(ok(), "redirected", { value: true });
    const { transport: t } = transport([() => redirected]);
    await expect(t.send({ method: "POST" })).rejects.toThrow(MalformedResponseError);
  });

  test("with 200 after a redirected write is taken when it acknowledges a batch", async () => {
    const answer = new Response(null, { headers: { "Producer-Seq": "0" } });
    const { transport: t } = transport([() => Object.defineProperty(answer, "redirected", { value: true })]);
    expect((await t.send({ method: "POST" })).status).toBe(200);
  });
});

describe("no answer", () => {
  test("is a TransportError with what the platform threw, and nothing of the request, as its cause", async () => {
    const trouble = networkFailure();
    const { transport: t } = transport([trouble], { headers: { Authorization: "secret" } });
    const error = await t.send({ method: "GET" }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ cause: trouble });
  });

  test("in time is a TransportError caused by a TimeoutError, and the request is given up", async () => {
    const { transport: t, requests, clock } = transport([silent]);
    const outcome = t.send({ method: "GET", timeoutMs: 100 }).catch((thrown: unknown) => thrown);
    await settled();
    await clock.advance(100);
    expect(await outcome).toMatchObject({ _tag: "TransportError", cause: { name: "TimeoutError" } });
    expect(requests[0]?.signal.aborted).toBe(true);
  });

  test("is waited for for 30 s unless told otherwise", async () => {
    const { transport: t, clock } = transport([silent]);
    let settledAt = 0;
    const outcome = t.send({ method: "GET" }).catch(() => {
      settledAt = clock.now();
    });
    const start = clock.now();
    await settled();
    await clock.advance(60_000);
    await outcome;
    expect(settledAt - start).toBe(30_000);
  });

  test("waits longer for an answer to a large body, which may have a slow way out", async () => {
    const { transport: t, clock } = transport([silent]);
    let settledAt = 0;
    const outcome = t.send({ method: "POST", body: new Uint8Array(320_000) }).catch(() => {
      settledAt = clock.now();
    });
    const start = clock.now();
    await settled();
    await clock.advance(60_000);
    await outcome;
    expect(settledAt - start).toBe(40_000);
  });

  test("because a header function failed is a TransportError too: tokens come over a network", async () => {
    const offline = new Error("no token");
    const { transport: t, requests } = transport([ok()], { headers: { Authorization: () => Promise.reject(offline) } });
    await expect(t.send({ method: "GET" })).rejects.toMatchObject({ _tag: "TransportError", cause: offline });
    expect(requests).toHaveLength(0);
  });

  test("because of endless redirects is a MalformedResponseError: waiting would not help", async () => {
    const trouble = Object.assign(networkFailure(), { cause: new Error("redirect count exceeded") });
    const { transport: t } = transport([trouble]);
    await expect(t.send({ method: "GET" })).rejects.toThrow(MalformedResponseError);
  });
});

describe("an abort", () => {
  test.each(["before", "while a header is evaluated", "while waiting for the answer"])(
    "%s rejects with its reason",
    async (when) => {
      const controller = new AbortController();
      const headers = { X: () => new Promise<string>(() => {}) };
      const { transport: t, clock } = transport([silent], when.startsWith("while a header") ? { headers } : {});
      if (when === "before") controller.abort("mine");
      const outcome = t.send({ method: "GET", signal: controller.signal }).catch((thrown: unknown) => thrown);
      await settled();
      controller.abort("mine");
      expect(await outcome).toBe("mine");
      expect(clock.pending).toBe(0);
    },
  );

  test("of the handle ends the request as well", async () => {
    const controller = new AbortController();
    const { transport: t } = transport([silent], { signal: controller.signal });
    const outcome = t.send({ method: "GET" }).catch((thrown: unknown) => thrown);
    await settled();
    controller.abort("handle");
    expect(await outcome).toBe("handle");
  });

  test("is not held up by a fetch that does not listen, whose late body is given up", async () => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    let cancelled = false;
    const late = new Response(
      new ReadableStream({
        cancel() {
          cancelled = true;
        },
      }),
    );
    const controller = new AbortController();
    const { transport: t } = transport([() => promise]);
    const outcome = t.send({ method: "GET", signal: controller.signal }).catch((thrown: unknown) => thrown);
    await settled();
    controller.abort("gone");
    expect(await outcome).toBe("gone");
    resolve(late);
    await settled();
    expect(cancelled).toBe(true);
  });

  test("after the headers still ends the body", async () => {
    const controller = new AbortController();
    const { transport: t, requests, clock } = transport([ok()]);
    await t.send({ method: "GET", signal: controller.signal });
    controller.abort("late");
    expect(requests[0]?.signal.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

test("a signal that outlives its requests gathers no listeners", async () => {
  const whole = new AbortController();
  const call = new AbortController();
  const { transport: t } = transport([ok()], { signal: whole.signal });
  for (let n = 0; n < 50; n += 1) await t.send({ method: "GET", signal: call.signal });
  expect(getEventListeners(whole.signal, "abort")).toHaveLength(0);
  expect(getEventListeners(call.signal, "abort")).toHaveLength(0);
});
