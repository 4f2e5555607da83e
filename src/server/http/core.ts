import { MethodNotAllowedError } from "../../shared/index.ts";
import type { StreamStore } from "../storage/contract/index.ts";
import { handleAppend } from "./append.ts";
import { drainBody } from "./body.ts";
import { handleCreate } from "./create.ts";
import { handleDelete } from "./delete.ts";
import { handleHead } from "./head.ts";
import { handleLongPoll } from "./long-poll.ts";
import { STREAM_METHODS } from "./operation.ts";
import { type RequestCoreOptions, resolveCoreSettings } from "./options.ts";
import { errorResponse } from "./problem.ts";
import { handleCatchUp } from "./read.ts";
import { parseReadQuery } from "./read-query.ts";
import { LiveHub } from "./sse/hub.ts";
import { handleSse } from "./sse/index.ts";

export { drainBody } from "./body.ts";
export { createEdge, type Edge, type EdgeOptions, type Route } from "./edge.ts";
export type { RequestCoreOptions } from "./options.ts";
export { canonicalStreamPath, normalizeBasePath, streamUrlPath } from "./path.ts";
export { errorResponse } from "./problem.ts";

/** Which stream a request is about, after the door. Both paths are canonical. */
export interface StreamTarget {
  /** Path of the stream. */
  readonly path: string;
  /** Path of the stream to fork, for a PUT that forks. The request's own `Stream-Forked-From` is not looked at. */
  readonly forkedFrom?: string | undefined;
}

/** The protocol behind the door: from an allowed request with a canonical path to a response. */
export interface RequestCore {
  /**
   * Carries out a request. Never rejects: what goes wrong is rendered as a problem, after the body was drained.
   *
   * @param request The request. Of its URL only the query counts, and origin and path for `Location`.
   * @param target The stream it is about.
   */
  handle(request: Request, target: StreamTarget): Promise<Response>;
}

/** What requests have in common: all requests of a store, or only one request where the store says so. */
interface Scope {
  readonly store: StreamStore;
  readonly hub: LiveHub;
}

/**
 * Builds the part of a server that needs the store and nothing of authorization, paths or CORS: the inside of a
 * `StreamObject`, and the second half of `createStreamHandler`. It holds the hub of live readers, so there should be
 * one for each store. Live readers of a store that has a view for each request share nothing.
 *
 * @throws RangeError for a limit or a duration that makes no sense.
 *
 * @example
 * ```ts
 * const core = createRequestCore(new SqliteStore(ctx.storage));
 * return core.handle(request, { path: "rooms/1" });
 * ```
 */
export function createRequestCore(store: StreamStore, options: RequestCoreOptions = {}): RequestCore {
  const settings = resolveCoreSettings(options);
  const shared: Scope | undefined = store.forRequest ? undefined : { store, hub: new LiveHub(store, settings) };
  const scopeOf = (): Scope => {
    if (shared !== undefined) return shared;
    const own = store.forRequest?.() ?? store;
    return { store: own, hub: new LiveHub(own, settings) };
  };

  const read = ({ store, hub }: Scope, request: Request, path: string): Promise<Response> => {
    const query = parseReadQuery(new URL(request.url).searchParams);
    if (query.live === "sse") return handleSse(hub, settings, request, path, query);
    if (query.live === "long-poll") return handleLongPoll(store, settings, request, path, query);
    return handleCatchUp(store, settings, request, path, query);
  };

  const dispatch = async (request: Request, { path, forkedFrom }: StreamTarget): Promise<Response> => {
    const scope = scopeOf();
    const { store } = scope;
    switch (request.method) {
      case "POST":
        return handleAppend(store, settings, request, path);
      case "GET":
        return read(scope, request, path);
      case "HEAD":
        return handleHead(store, path);
      case "PUT":
        return handleCreate(store, settings, request, path, forkedFrom);
      case "DELETE":
        return handleDelete(store, request, path);
      default:
        throw new MethodNotAllowedError({ allowed: STREAM_METHODS });
    }
  };

  return {
    async handle(request, target) {
      try {
        return await dispatch(request, target);
      } catch (error) {
        await drainBody(request);
        return errorResponse(error, request.method, settings.onError);
      }
    },
  };
}
