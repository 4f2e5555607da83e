import { allowAnonymous, createStreamHandler, type StreamHandlerOptions } from "../../src/server/http/index.ts";
import type { StreamStore } from "../../src/server/storage/contract/index.ts";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** What was asked of a store. */
export interface StoreCalls {
  /** Names of the methods called, in order. */
  readonly log: string[];
  /** How many watches are held now. */
  watching: number;
}

/** A request under construction. */
export interface Call {
  readonly headers?: Record<string, string>;
  readonly body?: BodyInit;
  readonly signal?: AbortSignal;
}

/** A store that writes down what is asked of it. */
export function recorded(store: StreamStore): { readonly store: StreamStore; readonly calls: StoreCalls } {
  const calls: StoreCalls = { log: [], watching: 0 };
  const recorder = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        calls.log.push(String(name));
        const result: unknown = Reflect.apply(member, target, args);
        if (name !== "watch" || typeof result !== "function") return result;
        calls.watching += 1;
        let held = true;
        return () => {
          if (held) calls.watching -= 1;
          held = false;
          result();
        };
      };
    },
  });
  return { store: recorder, calls };
}

/** A handler over a recorded memory store, with a clock that stands still. */
export function server(options: Partial<StreamHandlerOptions> = {}, backing?: StreamStore) {
  const clock = new FakeClock();
  const memory = backing ?? new MemoryStore({ clock });
  const { store, calls } = recorded(memory);
  const errors: unknown[] = [];
  const handle = createStreamHandler(store, {
    authorize: allowAnonymous(),
    clock,
    onError: (error) => errors.push(error),
    ...options,
  });
  /** Sends a request; `path` is below the base path unless it starts with a slash. */
  const call = (method: string, path: string, { headers, body, signal }: Call = {}): Promise<Response> => {
    const url = new URL(path.startsWith("/") ? path : `/v1/stream/${path}`, "https://streams.test");
    const init = { method, duplex: "half", ...(headers && { headers }), ...(signal && { signal }) };
    return handle(new Request(url, body === undefined ? init : { ...init, body }));
  };
  const create = (path: string, contentType = "text/plain", body?: BodyInit, headers: Record<string, string> = {}) =>
    call("PUT", path, { headers: { "Content-Type": contentType, ...headers }, ...(body !== undefined && { body }) });
  const append = (path: string, contentType: string, body: BodyInit, headers: Record<string, string> = {}) =>
    call("POST", path, { headers: { "Content-Type": contentType, ...headers }, body });
  return { append, call, calls, clock, create, errors, handle, memory, store };
}

/** The tail that an answer names. */
export function offsetOf(response: Response): string {
  const offset = response.headers.get("Stream-Next-Offset");
  if (offset === null) throw new Error(`No offset in an answer with ${response.status}`);
  return offset;
}

/** The `code` of a problem. */
export async function codeOf(response: Response): Promise<unknown> {
  const problem: unknown = await response.json();
  return typeof problem === "object" && problem !== null && "code" in problem ? problem.code : undefined;
}

/** A body that arrives in pieces and does not announce its length. */
export function inPieces(...pieces: (string | Uint8Array | Error)[]): ReadableStream<Uint8Array> {
  const left = [...pieces];
  return new ReadableStream(
    {
      pull(controller) {
        const piece = left.shift();
        if (piece === undefined) controller.close();
        else if (piece instanceof Error) controller.error(piece);
        else controller.enqueue(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
      },
    },
    { highWaterMark: 0 },
  );
}
