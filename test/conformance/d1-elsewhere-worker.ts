import { env } from "cloudflare:workers";
import { allowAnonymous, createStreamHandler } from "../../src/server/http/index.ts";
import { D1Store } from "../../src/server/storage/d1/index.ts";
import { PATIENT_LONG_POLL_MS } from "./timing.ts";

const bindings: { readonly DB: D1Database } = env;

/** The same streams in an isolate of its own: of what the other Worker is asked it hears nothing but through D1. */
const handle = createStreamHandler(new D1Store(bindings.DB), {
  authorize: allowAnonymous(),
  basePath: "/elsewhere",
  longPollTimeoutMs: PATIENT_LONG_POLL_MS,
});

export default { fetch: (request: Request) => handle(request) };
