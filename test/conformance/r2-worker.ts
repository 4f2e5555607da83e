import { env } from "cloudflare:workers";
import { allowAnonymous, createStreamHandler } from "../../src/server/http/index.ts";
import { R2Store } from "../../src/server/storage/r2/index.ts";
import { SERVED_LONG_POLL_MS } from "./timing.ts";

const bindings: { readonly BUCKET: R2Bucket } = env;

/** A plain Worker without objects. One handler serves all its requests, as users write it. */
const handle = createStreamHandler(new R2Store(bindings.BUCKET), {
  authorize: allowAnonymous(),
  longPollTimeoutMs: SERVED_LONG_POLL_MS,
});

export default { fetch: (request: Request) => handle(request) };
