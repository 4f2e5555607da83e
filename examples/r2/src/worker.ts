import { env } from "cloudflare:workers";
import { bearerToken, createStreamHandler } from "durable-cf-streams/server";
import { R2Store } from "durable-cf-streams/storage/r2";

interface Env {
  readonly BUCKET: R2Bucket;
  readonly STREAM_TOKEN?: string;
}

const { BUCKET, STREAM_TOKEN }: Env = env;
const store = new R2Store(BUCKET);
const mayWrite = bearerToken(STREAM_TOKEN);

/** Streams in R2, without a Durable Object: everybody may read, and whoever has the token may do everything. */
const handle = createStreamHandler(store, {
  authorize: (context) => ["read", "head"].includes(context.operation) || mayWrite(context),
});

export default {
  fetch: (request: Request) => handle(request),
  /** Frees what has expired, was deleted, or is in segments. */
  scheduled: async () => {
    await store.maintain();
  },
};
