import {
  MethodNotAllowedError,
  PROTOCOL_SECURITY_HEADERS,
  STREAM_FORKED_FROM_HEADER,
  StreamNotFoundError,
} from "../../shared/index.ts";
import { type Authorize, refusal } from "./authorize.ts";
import { drainBody } from "./body.ts";
import { createContractGate } from "./contracts/gate.ts";
import type { ContractOptions } from "./contracts/options.ts";
import { type CorsOptions, createCors } from "./cors.ts";
import { resolveForkSource } from "./fork-source.ts";
import { operationOf, STREAM_METHODS } from "./operation.ts";
import { safeReporter } from "./options.ts";
import { canonicalStreamPath, normalizeBasePath, pathnameOf } from "./path.ts";
import { errorResponse } from "./problem.ts";
import type { Forward } from "./route.ts";

export type { Route } from "./route.ts";

/** What the front door is told: everything that is decided before a store, or an object, hears of a request. */
export interface EdgeOptions<Extra extends object = object> extends ContractOptions {
  /** Decides who may do what. Required: nobody opens a server by accident. */
  readonly authorize: Authorize<Extra>;
  /** URL path under which streams live. Default `"/v1/stream"`; `"/"` for all of the origin. */
  readonly basePath?: string | undefined;
  /** Which web pages may use the server. Default: all. `false` sends no CORS header and answers no preflight. */
  readonly cors?: CorsOptions | false | undefined;
  /** Told of errors that are not part of the protocol's vocabulary; one of its own is caught. Default `console.error`. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** The front door of a server, the same in a Worker and in a plain handler. */
export interface Edge<Extra extends object = object> {
  /**
   * Answers a request: preflight, path, method, authorization and contracts here, the rest by `forward`. Never rejects.
   *
   * @param request The request. Refused ones have their body drained first.
   * @param extra What the {@link Authorize} function is told besides request, operation and path.
   * @param forward Carries out an allowed request. Where the route `changesAnswer`, its answer must have headers that
   * can be changed: copy the answer of a stub with `new Response(response.body, response)`.
   */
  handle(request: Request, extra: Extra, forward: Forward): Promise<Response>;
}

/**
 * Builds a front door.
 *
 * @typeParam Extra What `authorize` is told besides request, operation and path; a Worker adds `{ env }`.
 * @throws TypeError without an `authorize` function, or for a `basePath`, CORS options or contracts that make no sense;
 * RangeError for a limit that makes none.
 *
 * @example
 * ```ts
 * const edge = createEdge<{ env: Env }>({ authorize: bearerToken(({ env }) => env.TOKEN) });
 * return edge.handle(request, { env }, async ({ path, request, changesAnswer }) => {
 *   const response = await env.STREAMS.getByName(path).fetch(request);
 *   return changesAnswer ? new Response(response.body, response) : response;
 * });
 * ```
 */
export function createEdge<Extra extends object = object>(options: EdgeOptions<Extra>): Edge<Extra> {
  const { authorize } = options;
  const onError = safeReporter(options.onError);
  if (typeof authorize !== "function") {
    throw new TypeError("authorize is required: pass allowAnonymous() to let everybody do everything");
  }
  const basePath = normalizeBasePath(options.basePath ?? "/v1/stream");
  const cors = createCors(options.cors);
  const gate = createContractGate(options);

  const preflight = (pathname: string): Response => {
    if (cors === undefined) throw new MethodNotAllowedError({ allowed: STREAM_METHODS.filter((m) => m !== "OPTIONS") });
    const below = pathname === basePath || pathname.startsWith(`${basePath}/`);
    if (!below) throw new StreamNotFoundError({ path: pathname });
    const headers = new Headers(PROTOCOL_SECURITY_HEADERS);
    cors.applyPreflight(headers);
    return new Response(null, { status: 204, headers });
  };

  const admit = async (request: Request, extra: Extra, forward: Forward, changesAnswer: boolean): Promise<Response> => {
    const pathname = pathnameOf(request.url);
    if (request.method === "OPTIONS") return preflight(pathname);
    const path = canonicalStreamPath(pathname, basePath);
    const operation = operationOf(request);
    const source = operation === "create" ? request.headers.get(STREAM_FORKED_FROM_HEADER) : null;
    const forkedFrom = source === null ? undefined : resolveForkSource(source, new URL(request.url), basePath);
    const refused =
      (await refusal(authorize, { ...extra, request, operation, path })) ??
      (forkedFrom === undefined
        ? undefined
        : await refusal(authorize, { ...extra, request, operation: "read", path: forkedFrom }));
    if (refused !== undefined) {
      await drainBody(request);
      return securedCopy(refused);
    }
    const route = { request, path, operation, forkedFrom, changesAnswer };
    return gate === undefined ? forward(route) : gate(route, forward);
  };

  return {
    async handle(request, extra, forward) {
      const fail = async (error: unknown): Promise<Response> => {
        await drainBody(request);
        return errorResponse(error, request.method, onError);
      };
      const policy = cors?.concerns(request) ? cors : undefined;
      const response = await admit(request, extra, forward, policy !== undefined).catch(fail);
      try {
        policy?.apply(response.headers, request);
        return response;
      } catch (error) {
        // The policy's own function failed: then no page may read the answer, whatever it was.
        return fail(error);
      }
    },
  };
}

/** A copy, because the headers of what `authorize` returns may be fixed. */
function securedCopy(response: Response): Response {
  const copy = new Response(response.body, response);
  for (const [name, value] of Object.entries(PROTOCOL_SECURITY_HEADERS)) copy.headers.set(name, value);
  return copy;
}
