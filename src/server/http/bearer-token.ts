import { UnauthorizedError } from "../../shared/index.ts";
import type { Authorize, AuthorizeContext } from "./authorize.ts";

/** One secret, several of which each is good (for rotation), or none. */
export type BearerSecrets = string | readonly string[] | null | undefined;

/** Secrets as such, or a function that finds them for a request, for instance in the Worker's `env`. */
export type BearerSecretSource<Extra extends object = object> =
  | BearerSecrets
  | ((context: AuthorizeContext & Extra) => BearerSecrets | Promise<BearerSecrets>);

const encoder = new TextEncoder();
const NO_SECRET = "The server accepts no token, because none is set: look at its configuration";
/** The scheme, in any case, and the token; what characters a secret has is not for this code to judge. */
const CREDENTIALS = /^bearer +(.+)$/i;

/**
 * Allows requests that carry `Authorization: Bearer <secret>`.
 *
 * Secrets are compared by their SHA-256, all of them every time and without an early end, so that timing tells nothing
 * of them. An empty or missing secret matches no request: a forgotten variable closes the server, and whoever comes with
 * a token is told that none is set.
 *
 * @param secret What to compare with; a function is asked for every request.
 * @returns An {@link Authorize} function that throws UnauthorizedError (401, `WWW-Authenticate: Bearer`) to refuse.
 *
 * @example
 * ```ts
 * createStreamHandler(store, { authorize: bearerToken(process.env.STREAM_TOKEN) });
 * createStreamWorker({ binding: "STREAMS", authorize: bearerToken(({ env }) => env.STREAM_TOKEN) });
 * ```
 */
export function bearerToken<Extra extends object = object>(secret: BearerSecretSource<Extra>): Authorize<Extra> {
  let fixed: readonly Uint8Array[] | undefined;
  const digests = async (context: AuthorizeContext & Extra): Promise<readonly Uint8Array[]> => {
    if (typeof secret === "function") return digestAll(await secret(context));
    // The result is kept and not the promise: in a Worker, one made by a request that went away may never settle.
    fixed ??= await digestAll(secret);
    return fixed;
  };
  return async (context) => {
    const token = CREDENTIALS.exec(context.request.headers.get("Authorization") ?? "")?.[1];
    if (token === undefined) throw new UnauthorizedError({ challenge: "Bearer" });
    const [presented, accepted] = await Promise.all([digest(token), digests(context)]);
    if (accepted.length === 0) throw new UnauthorizedError({ challenge: "Bearer" }, { detail: NO_SECRET });
    let matches = 0;
    for (const candidate of accepted) matches |= equal(presented, candidate);
    if (matches === 0) throw new UnauthorizedError({ challenge: 'Bearer error="invalid_token"' });
    return true;
  };
}

function digestAll(secrets: BearerSecrets): Promise<readonly Uint8Array[]> {
  const list = typeof secrets === "string" ? [secrets] : (secrets ?? []);
  return Promise.all(list.filter((secret) => typeof secret === "string" && secret !== "").map(digest));
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}

/** 1 when two digests are the same, else 0, after the same number of steps. */
function equal(left: Uint8Array, right: Uint8Array): 0 | 1 {
  let difference = 0;
  for (let index = 0; index < 32; index++) difference |= (left[index] ?? 0) ^ (right[index] ?? 1);
  return difference === 0 ? 1 : 0;
}
