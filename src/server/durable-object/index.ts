/**
 * A Worker in front of one Durable Object for each stream. Runs in Workers only.
 *
 * @module durable-cf-streams/durable-object
 */

export {
  type Authorize,
  type AuthorizeContext,
  type AuthorizeDecision,
  allowAnonymous,
} from "../http/authorize.ts";
export { type BearerSecretSource, type BearerSecrets, bearerToken } from "../http/bearer-token.ts";
export type { ContractOptions } from "../http/contracts/options.ts";
export type { CorsOptions } from "../http/cors.ts";
export type { EdgeOptions } from "../http/edge.ts";
export type { StreamOperation } from "../http/operation.ts";
export type { RequestCoreOptions, Visibility } from "../http/options.ts";
export { type ObjectStore, type ObjectStoreContext, StreamObject } from "./stream-object.ts";
export {
  createStreamWorker,
  type StreamWorker,
  type StreamWorkerOptions,
  type WorkerContext,
} from "./stream-worker.ts";
