import { env } from "cloudflare:workers";
import { UnauthorizedError } from "durable-cf-streams";
import { type Authorize, createStreamHandler } from "durable-cf-streams/server";
import { D1Store } from "durable-cf-streams/storage/d1";
import { userOf } from "./tokens.ts";

interface Env {
  readonly DB: D1Database;
  readonly STREAM_SECRET?: string;
}

const { DB, STREAM_SECRET }: Env = env;
const store = new D1Store(DB);

/** Everybody reads what is public. Below `users/NAME`, whoever has the token of NAME does everything, and nobody else. */
const authorize: Authorize = async ({ request, operation, path }) => {
  if (path.startsWith("public/") && (operation === "read" || operation === "head")) return true;
  const [, token = ""] = /^Bearer (.+)$/i.exec(request.headers.get("Authorization") ?? "") ?? [];
  const user = await userOf(STREAM_SECRET ?? "", token);
  // 401: tell us who you are. A `false` is 403: we know, and the answer is no.
  if (user === undefined) throw new UnauthorizedError({ challenge: "Bearer" });
  return path.startsWith(`users/${user}/`) || (user === "editor" && path.startsWith("public/"));
};

const handle = createStreamHandler(store, { authorize, maxBodyBytes: 1024 * 1024 });

export default {
  fetch: (request) => handle(request),
  /** Frees what has expired. */
  scheduled: async () => {
    await store.maintain();
  },
} satisfies ExportedHandler<Env>;
