import { ForbiddenError } from "../../shared/index.ts";
import type { StreamOperation } from "./operation.ts";

/** What an {@link Authorize} function is told. */
export interface AuthorizeContext {
  /** The request. Its body must be left alone: it is what will be appended. */
  readonly request: Request;
  /** What the request wants to do. */
  readonly operation: StreamOperation;
  /** Canonical path of the stream: decoded, without base path and leading slash. */
  readonly path: string;
}

/** `true` allows; a `Response` (a new one each time) refuses with that answer; anything else refuses with 403. */
export type AuthorizeDecision = boolean | Response | undefined;

/**
 * Decides whether a request may go on. Called before a store hears of the request; for a fork it is called twice,
 * with `create` and the new path, and with `read` and the source's path. It may also throw, for instance an
 * `UnauthorizedError` or a `ForbiddenError`.
 *
 * @typeParam Extra What it is told besides an {@link AuthorizeContext}: a Worker adds `{ env }`.
 *
 * @example
 * ```ts
 * const authorize: Authorize = ({ operation, path }) => operation === "read" && path.startsWith("public/");
 * ```
 */
export type Authorize<Extra extends object = object> = (
  context: AuthorizeContext & Extra,
) => AuthorizeDecision | Promise<AuthorizeDecision>;

/**
 * Allows everything to everybody. For demos, tests, and servers whose front door is elsewhere.
 *
 * @example
 * ```ts
 * createStreamHandler(store, { authorize: allowAnonymous() });
 * ```
 */
export function allowAnonymous(): Authorize {
  return () => true;
}

/**
 * Asks `authorize` once.
 *
 * @returns The answer to refuse with, or `undefined` when the request may go on.
 * @throws ForbiddenError for any decision but `true` and a `Response`: a forgotten `return` must not open the server.
 */
export async function refusal<Extra extends object>(
  authorize: Authorize<Extra>,
  context: AuthorizeContext & Extra,
): Promise<Response | undefined> {
  const decision = await authorize(context);
  if (decision === true) return undefined;
  if (decision instanceof Response) return decision;
  throw new ForbiddenError();
}
