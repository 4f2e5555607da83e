import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { allowAnonymous, createStreamWorker, type StreamObject } from "../../../src/server/durable-object/index.ts";

/** Names of the bindings that lead to objects with streams. */
export type StreamBinding = "STREAMS" | "PROBED" | "METERED" | "MEMORY" | "ROOMS";

/** A request as tests write it: headers in a row with the rest. */
export interface Ask {
  readonly body?: BodyInit;
  readonly headers?: Record<string, string>;
  readonly query?: string;
  readonly signal?: AbortSignal;
}

/** The origin and base path under which the tests reach streams. */
export const BASE = "https://streams.test/v1/stream";

/** A client of a Worker that serves the objects of one binding. */
export class Client {
  readonly #binding: StreamBinding;
  readonly #fetch: (request: Request) => Promise<Response>;

  constructor(binding: StreamBinding) {
    const worker = createStreamWorker<Cloudflare.Env>({ binding, authorize: allowAnonymous() });
    this.#binding = binding;
    this.#fetch = (request) => worker.fetch(request, env);
  }

  /** Creates a stream, of text unless `headers` say otherwise. */
  put(path: string, ask: Ask = {}): Promise<Response> {
    return this.ask("PUT", path, { ...ask, headers: { "Content-Type": "text/plain", ...ask.headers } });
  }

  /** Forks a stream. */
  fork(path: string, source: string, ask: Ask = {}): Promise<Response> {
    return this.ask("PUT", path, { ...ask, headers: { "Stream-Forked-From": `/v1/stream/${source}`, ...ask.headers } });
  }

  /** Appends text unless `headers` say otherwise. */
  post(path: string, body: BodyInit, ask: Ask = {}): Promise<Response> {
    return this.ask("POST", path, { ...ask, body, headers: { "Content-Type": "text/plain", ...ask.headers } });
  }

  /** Closes a stream. */
  close(path: string): Promise<Response> {
    return this.ask("POST", path, { headers: { "Stream-Closed": "true" } });
  }

  /** Reads from an offset on; the start unless `query` says otherwise. */
  get(path: string, query = "", ask: Ask = {}): Promise<Response> {
    return this.ask("GET", path, { ...ask, query });
  }

  /** Reads all and returns the body. */
  async text(path: string, query = ""): Promise<string> {
    const response = await this.get(path, query);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response.text();
  }

  /** Asks for what is known of a stream. */
  head(path: string): Promise<Response> {
    return this.ask("HEAD", path);
  }

  /** Deletes a stream. */
  delete(path: string): Promise<Response> {
    return this.ask("DELETE", path);
  }

  /** Sends any request; `query` without its question mark. */
  ask(method: string, path: string, { query = "", ...init }: Ask = {}): Promise<Response> {
    const url = `${BASE}/${path}${query === "" ? "" : `?${query}`}`;
    return this.#fetch(new Request(url, { method, ...init }));
  }

  /** The stub of a stream's object. */
  stub(path: string): DurableObjectStub<StreamObject> {
    return env[this.#binding].getByName(path);
  }

  /** Ends a stream's object as a failure of its machine would: whatever it does breaks off. */
  async crash(path: string): Promise<void> {
    const crashed = await this.inside(path, (state) => state.abort("crashed by the test")).catch(() => true);
    if (crashed !== true) throw new Error(`The object of ${path} goes on`);
  }

  /** Runs inside a stream's object. */
  inside<T>(path: string, body: (state: DurableObjectState) => T | Promise<T>): Promise<T> {
    return runInDurableObject(this.stub(path), (_object, state) => body(state));
  }
}

/** The status of an answer, its body taken. */
export async function status(answer: Promise<Response>): Promise<number> {
  const response = await answer;
  await response.arrayBuffer();
  return response.status;
}

/** One header of an answer, its body taken. */
export async function header(answer: Promise<Response>, name: string): Promise<string | null> {
  const response = await answer;
  await response.arrayBuffer();
  return response.headers.get(name);
}
