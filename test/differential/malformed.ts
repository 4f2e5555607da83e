import type { Ask } from "./program.ts";

const DECIMAL = /^(0|[1-9]\d*)$/;
const TOKEN = /^\d{16}_\d{16}$/;

/** Whether a request is wrong whatever the state of any stream, by PROTOCOL.md alone. Not asked of what is only odd. */
export function isMalformed(ask: Ask): boolean {
  if (ask.method === "GET") return isBadQuery(ask);
  if (ask.method === "PUT") return isBadType(ask) || isBadLifetime(ask) || isBadSubOffset(ask);
  return ask.method === "POST" && (isBadType(ask) || isBadProducer(ask) || ask.headers["Stream-Seq"] === "");
}

function isBadQuery({ offset, live }: Ask): boolean {
  const isBadOffset = offset !== undefined && "text" in offset && !isOffset(offset.text);
  return isBadOffset || isUnknownLive(live) || (live !== undefined && offset === undefined);
}

const isOffset = (text: string): boolean => text === "-1" || text === "now" || TOKEN.test(text);

/** A live mode that there is not. */
export const isUnknownLive = (live: string | undefined): boolean =>
  live !== undefined && live !== "sse" && live !== "long-poll";

/** No media type at all, or none where a body needs one. */
export function isBadType({ method, headers, body }: Ask): boolean {
  const type = headers["Content-Type"];
  if (method === "POST" && !body) return false;
  return type === undefined ? method === "POST" : !type.includes("/");
}

/** A lifetime that cannot be meant. */
export function isBadLifetime({ headers }: Ask): boolean {
  const { "Stream-TTL": ttl, "Stream-Expires-At": expiry } = headers;
  if (ttl !== undefined && (!isWhole(ttl) || expiry !== undefined)) return true;
  return expiry !== undefined && !expiry.startsWith("2999-01-01");
}

function isBadSubOffset({ headers, source, forkOffset }: Ask): boolean {
  const value = headers["Stream-Fork-Sub-Offset"];
  if (value === undefined) return false;
  return source === undefined || !isWhole(value) || (value !== "0" && forkOffset === undefined);
}

function isBadProducer({ headers }: Ask): boolean {
  const parts = [headers["Producer-Id"], headers["Producer-Epoch"], headers["Producer-Seq"]];
  if (parts.every((part) => part === undefined)) return false;
  const [id, ...numbers] = parts;
  return !id || numbers.some((number) => number === undefined || !isWhole(number));
}

const isWhole = (text: string): boolean => DECIMAL.test(text) && Number.isSafeInteger(Number(text));
