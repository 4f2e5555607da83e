import { env } from "cloudflare:workers";
import { allowAnonymous, createStreamHandler } from "../../src/server/http/index.ts";
import { D1Store } from "../../src/server/storage/d1/index.ts";
import { SERVED_LONG_POLL_MS } from "./timing.ts";

const bindings: { readonly DB: D1Database } = env;

/** A plain Worker without objects. One handler serves all its requests, as users write it. */
const handle = createStreamHandler(new D1Store(bindings.DB), {
  authorize: allowAnonymous(),
  longPollTimeoutMs: SERVED_LONG_POLL_MS,
});

export default {
  fetch: (request: Request, { ELSEWHERE }: { readonly ELSEWHERE: Fetcher }) =>
    new URL(request.url).pathname.startsWith("/elsewhere/") ? ELSEWHERE.fetch(request) : handle(request),
};
