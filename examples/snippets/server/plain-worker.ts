import { env } from "cloudflare:workers";
import { bearerToken, createStreamHandler } from "durable-cf-streams/server";
import { D1Store } from "durable-cf-streams/storage/d1";

interface Env {
  readonly DB: D1Database;
  readonly STREAM_TOKEN?: string;
}

const { DB, STREAM_TOKEN } = env as Env; // or let `npx wrangler types` write the type of `env`
const store = new D1Store(DB);
const handle = createStreamHandler(store, { authorize: bearerToken(STREAM_TOKEN), maxBodyBytes: 4 * 1024 * 1024 });

export default {
  fetch: (request) => handle(request),
  /** Frees what has expired or was deleted. */
  scheduled: async () => {
    await store.maintain();
  },
} satisfies ExportedHandler<Env>;
