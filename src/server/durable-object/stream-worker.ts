import { createEdge, type EdgeOptions } from "../http/edge.ts";
import { forwardedRequest } from "./forwarded.ts";
import { fromObject } from "./passing-failure.ts";
import type { StreamObject } from "./stream-object.ts";

/** What an `authorize` function of a Worker is told besides request, operation and path. */
export interface WorkerContext<Env> {
  /** The Worker's environment: bindings, secrets, variables. */
  readonly env: Env;
}

/** Options of {@link createStreamWorker}. */
export interface StreamWorkerOptions<Env> extends EdgeOptions<WorkerContext<Env>> {
  /** Name of the binding in `env` that leads to the {@link StreamObject} class. */
  readonly binding: keyof Env & string;
}

/** A Worker that serves streams: what `export default` takes. */
export interface StreamWorker<Env> {
  /** Answers a request below the base path; others get a 404. Never rejects. */
  fetch(request: Request, env: Env): Promise<Response>;
}

/**
 * Builds a Worker that serves streams, each from its own `StreamObject`: it canonicalises the path, asks `authorize`,
 * checks what is written against the contracts, and forwards. No object is touched by a request that was refused, but for
 * a producer's batch that its contract refuses: whether it is a duplicate only the object knows.
 *
 * @typeParam Env The Worker's environment.
 * @param options `binding` and `authorize` are required.
 * @throws TypeError without an `authorize` function, or for a `basePath`, CORS options or contracts that make no sense;
 * RangeError for a limit that makes none.
 *
 * @example
 * ```ts
 * export { StreamObject } from "durable-cf-streams/durable-object";
 *
 * export default createStreamWorker<Env>({
 *   binding: "STREAMS",
 *   authorize: bearerToken(({ env }) => env.STREAM_TOKEN),
 * });
 * ```
 */
export function createStreamWorker<Env extends object>(options: StreamWorkerOptions<Env>): StreamWorker<Env> {
  const { binding } = options;
  const edge = createEdge<WorkerContext<Env>>(options);
  return {
    fetch: (request, env) =>
      edge.handle(request, { env }, async (route) => {
        const stub = namespaceOf(env, binding).getByName(route.path);
        const response = await fromObject(stub.fetch(forwardedRequest(route)));
        return route.changesAnswer ? new Response(response.body, response) : response;
      }),
  };
}

function namespaceOf<Env>(env: Env, binding: keyof Env & string): DurableObjectNamespace<StreamObject> {
  const namespace: unknown = env[binding];
  if (isNamespace(namespace)) return namespace;
  throw new Error(`env.${binding} is not a Durable Object namespace: check the bindings in the Wrangler configuration`);
}

function isNamespace(value: unknown): value is DurableObjectNamespace<StreamObject> {
  return typeof value === "object" && value !== null && "getByName" in value;
}
