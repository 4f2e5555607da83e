import { env } from "cloudflare:workers";
import { bearerToken, createStreamHandler } from "durable-cf-streams/server";
import { D1Store } from "durable-cf-streams/storage/d1";

interface Env {
  readonly DB: D1Database;
  readonly STREAM_TOKEN?: string;
}

const { DB, STREAM_TOKEN }: Env = env;
const store = new D1Store(DB);
const mayWrite = bearerToken(STREAM_TOKEN);

/** Streams in D1, without a Durable Object: everybody may read, and whoever has the token may do everything. */
const handle = createStreamHandler(store, {
  authorize: (context) => ["read", "head"].includes(context.operation) || mayWrite(context),
  maxBodyBytes: 4 * 1024 * 1024,
});

export default {
  fetch: (request: Request) => handle(request),
  /** Frees what has expired. */
  scheduled: async () => {
    await store.maintain();
  },
};
