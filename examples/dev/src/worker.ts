import { allowAnonymous, createStreamWorker } from "../../../src/server/durable-object/index.ts";

export { StreamObject } from "../../../src/server/durable-object/index.ts";

/**
 * The local development server: the streams below `/v1/stream`, open to everyone who can reach it. That is what a
 * server on localhost is for, and what nobody should deploy: there, `authorize` decides (`bearerToken`, or your own).
 *
 * Everything else, the page at `/` among it, is a static asset from `page/`.
 */
export default createStreamWorker({ binding: "STREAMS", authorize: allowAnonymous() });
