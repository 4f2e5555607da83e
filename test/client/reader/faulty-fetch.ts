import fc from "fast-check";
import type { Fetch } from "../../../src/client/transport/index.ts";

/** What happens to one request. */
export type Fault =
  | { readonly type: "none" }
  /** No answer comes, and the server never heard. */
  | { readonly type: "unheard" }
  /** A proxy answers. */
  | { readonly type: "refused"; readonly status: 429 | 500 | 503 }
  /** The body breaks off, or ends, behind so many bytes. */
  | { readonly type: "cut"; readonly at: number; readonly looksLike: "error" | "end" }
  /** The body comes in pieces of so many bytes. */
  | { readonly type: "slow"; readonly bytes: number };

export const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant<Fault>({ type: "none" }),
  fc.constant<Fault>({ type: "unheard" }),
  fc.constantFrom(429 as const, 500 as const, 503 as const).map((status): Fault => ({ type: "refused", status })),
  fc
    .record({ at: fc.nat(120), looksLike: fc.constantFrom("error" as const, "end" as const) })
    .map((cut): Fault => ({ type: "cut", ...cut })),
  fc.integer({ min: 1, max: 7 }).map((bytes): Fault => ({ type: "slow", bytes })),
);

/** A `fetch` to which one fault happens after the other; when there are none left, it works. */
export function faultyFetch(fetch: Fetch, faults: readonly Fault[]): Fetch {
  const left = [...faults];
  return async (request) => {
    const fault = left.shift() ?? { type: "none" };
    if (fault.type === "unheard") throw new TypeError("fetch failed");
    if (fault.type === "refused") return new Response(null, { status: fault.status, headers: { "Retry-After": "0" } });
    const response = await fetch(request);
    if (response.body === null || fault.type === "none") return response;
    const body = fault.type === "cut" ? cut(response.body, fault) : slow(response.body, fault.bytes);
    return new Response(body, response);
  };
}

function cut(
  body: ReadableStream<Uint8Array>,
  { at, looksLike }: { readonly at: number; readonly looksLike: "error" | "end" },
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let left = at;
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        if (value.length <= left) {
          left -= value.length;
          return controller.enqueue(value);
        }
        if (left > 0) controller.enqueue(value.subarray(0, left));
        await reader.cancel();
        return looksLike === "end" ? controller.close() : controller.error(new Error("cut"));
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function slow(body: ReadableStream<Uint8Array>, bytes: number): ReadableStream<Uint8Array> {
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        for (let at = 0; at < chunk.length; at += bytes) controller.enqueue(chunk.subarray(at, at + bytes));
      },
    }),
  );
}
