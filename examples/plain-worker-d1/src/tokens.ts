// Who somebody is, in a form that only this server can have written: `USER.SIGNATURE`. Put whatever your app has in its
// place: a session, a JWT, Cloudflare Access.

const encoder = new TextEncoder();

async function keyOf(secret: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign", "verify"]);
}

/**
 * Makes the token of a user.
 *
 * @param secret Known to the server alone; not empty.
 * @param user Letters, digits, `-` and `_`.
 */
export async function issueToken(secret: string, user: string): Promise<string> {
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", await keyOf(secret), encoder.encode(user)));
  return `${user}.${[...signature].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * Says whose token it is.
 *
 * @param secret The one that tokens are issued with.
 * @param token As somebody sent it.
 * @returns The user, or `undefined` for a token that this server has not issued.
 */
export async function userOf(secret: string, token: string): Promise<string | undefined> {
  const [, user = "", signature = ""] = /^([\w-]+)\.([0-9a-f]{64})$/.exec(token) ?? [];
  // A forgotten secret closes the server.
  if (user === "" || secret === "") return undefined;
  const bytes = Uint8Array.from(signature.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const isOurs = await crypto.subtle.verify("HMAC", await keyOf(secret), bytes, encoder.encode(user));
  return isOurs ? user : undefined;
}
