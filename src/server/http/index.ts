/**
 * The protocol over `Request` and `Response`, for any runtime with the Fetch API.
 *
 * @module durable-cf-streams/server
 */

export { type Authorize, type AuthorizeContext, type AuthorizeDecision, allowAnonymous } from "./authorize.ts";
export { type BearerSecretSource, type BearerSecrets, bearerToken } from "./bearer-token.ts";
export type { ContractOptions } from "./contracts/options.ts";
export type { CorsOptions } from "./cors.ts";
export type { EdgeOptions } from "./edge.ts";
export { createStreamHandler, type StreamHandlerOptions } from "./handler.ts";
export type { StreamOperation } from "./operation.ts";
export type { RequestCoreOptions, Visibility } from "./options.ts";
