import { UnauthorizedError } from "durable-cf-streams";
import { createStreamWorker, type StreamObject } from "durable-cf-streams/durable-object";

export { StreamObject } from "durable-cf-streams/durable-object";

interface Env {
  readonly STREAMS: DurableObjectNamespace<StreamObject>;
  readonly SESSION_SECRET: string;
}

/** Whom a request is from: stands for what your app has. */
declare function userOf(request: Request, secret: string): Promise<string | undefined>;

// #region authorize
export default createStreamWorker<Env>({
  binding: "STREAMS",
  async authorize({ request, operation, path, env }) {
    if (path.startsWith("public/") && (operation === "read" || operation === "head")) return true;
    const user = await userOf(request, env.SESSION_SECRET); // yours
    if (user === undefined) throw new UnauthorizedError(); // 401: say who you are
    return path.startsWith(`users/${user}/`); // false is 403
  },
});
// #endregion authorize
