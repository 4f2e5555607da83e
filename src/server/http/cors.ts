import {
  PRODUCER_EPOCH_HEADER,
  PRODUCER_EXPECTED_SEQ_HEADER,
  PRODUCER_ID_HEADER,
  PRODUCER_RECEIVED_SEQ_HEADER,
  PRODUCER_SEQ_HEADER,
  STREAM_CLOSED_HEADER,
  STREAM_CURSOR_HEADER,
  STREAM_EXPIRES_AT_HEADER,
  STREAM_FORK_OFFSET_HEADER,
  STREAM_FORK_SUB_OFFSET_HEADER,
  STREAM_FORKED_FROM_HEADER,
  STREAM_ID_HEADER,
  STREAM_OFFSET_HEADER,
  STREAM_SEQ_HEADER,
  STREAM_SSE_DATA_ENCODING_HEADER,
  STREAM_TTL_HEADER,
  STREAM_UP_TO_DATE_HEADER,
} from "../../shared/index.ts";
import { STREAM_METHODS } from "./operation.ts";

/** Which web pages may use the server from a browser. */
export interface CorsOptions {
  /** `"*"` for all (the default), a list of origins such as `"https://app.example"`, or a function that knows them. */
  readonly origins?: "*" | readonly string[] | ((origin: string) => boolean) | undefined;
  /** Lets pages send cookies and HTTP authentication. Needs named origins. Default `false`. */
  readonly credentials?: boolean | undefined;
  /** How long a browser may remember a preflight, in seconds. Default 86,400. */
  readonly maxAgeSeconds?: number | undefined;
  /** Request headers to allow besides the protocol's, `Authorization`, `Content-Type` and the usual conditional ones. */
  readonly allowedHeaders?: readonly string[] | undefined;
}

/** A CORS policy, ready to be applied. */
export interface Cors {
  /**
   * Whether the answer to a request carries anything of the policy. A page's browser names its origin with everything
   * that writes. It does not with every read, and a cache may hand the answer to one on to a page of another origin.
   */
  concerns(request: Request): boolean;
  /** Adds to `headers` what every answer carries that the policy concerns, refusals included. */
  apply(headers: Headers, request: Request): void;
  /** Adds to `headers` what the answer to a preflight carries, on top of {@link Cors.apply}. */
  applyPreflight(headers: Headers): void;
}

/** What only a program sends without an `Origin`, and no cache keeps the answer to. */
const WRITES: ReadonlySet<string> = new Set(["POST", "PUT", "DELETE"]);

const ALLOWED_HEADERS = [
  "Accept",
  "Authorization",
  "Cache-Control",
  "Content-Type",
  "If-None-Match",
  "Last-Event-ID",
  STREAM_SEQ_HEADER,
  STREAM_TTL_HEADER,
  STREAM_EXPIRES_AT_HEADER,
  STREAM_CLOSED_HEADER,
  STREAM_FORKED_FROM_HEADER,
  STREAM_FORK_OFFSET_HEADER,
  STREAM_FORK_SUB_OFFSET_HEADER,
  PRODUCER_ID_HEADER,
  PRODUCER_EPOCH_HEADER,
  PRODUCER_SEQ_HEADER,
] as const;

const EXPOSED_HEADERS = [
  "Allow",
  "Content-Length",
  "ETag",
  "Location",
  "Retry-After",
  "WWW-Authenticate",
  STREAM_OFFSET_HEADER,
  STREAM_CURSOR_HEADER,
  STREAM_UP_TO_DATE_HEADER,
  STREAM_CLOSED_HEADER,
  STREAM_ID_HEADER,
  STREAM_TTL_HEADER,
  STREAM_EXPIRES_AT_HEADER,
  STREAM_SSE_DATA_ENCODING_HEADER,
  PRODUCER_EPOCH_HEADER,
  PRODUCER_SEQ_HEADER,
  PRODUCER_EXPECTED_SEQ_HEADER,
  PRODUCER_RECEIVED_SEQ_HEADER,
].join(", ");

/**
 * Prepares a policy.
 *
 * @param options The policy; `undefined` opens the server to every origin, `false` to none.
 * @returns `undefined` when CORS is off.
 * @throws TypeError when credentials are asked for without naming origins, which browsers refuse.
 */
export function createCors(options: CorsOptions | false | undefined): Cors | undefined {
  if (options === false) return undefined;
  const { origins = "*", credentials = false, maxAgeSeconds = 86_400, allowedHeaders = [] } = options ?? {};
  if (origins === "*" && credentials) throw new TypeError("CORS with credentials needs a list of origins");
  const isAllowed = originTest(origins);
  const allow = [...ALLOWED_HEADERS, ...allowedHeaders].join(", ");
  return {
    concerns: ({ method, headers }) => !WRITES.has(method) || headers.has("Origin"),
    apply(headers, request) {
      if (isAllowed === undefined) {
        headers.set("Access-Control-Allow-Origin", "*");
      } else {
        headers.append("Vary", "Origin");
        const origin = request.headers.get("Origin");
        if (origin === null || !isAllowed(origin)) return;
        headers.set("Access-Control-Allow-Origin", origin);
        if (credentials) headers.set("Access-Control-Allow-Credentials", "true");
      }
      headers.set("Access-Control-Expose-Headers", EXPOSED_HEADERS);
    },
    applyPreflight(headers) {
      headers.set("Access-Control-Allow-Methods", STREAM_METHODS.join(", "));
      headers.set("Access-Control-Allow-Headers", allow);
      headers.set("Access-Control-Max-Age", String(maxAgeSeconds));
    },
  };
}

function originTest(origins: NonNullable<CorsOptions["origins"]>): ((origin: string) => boolean) | undefined {
  if (origins === "*") return undefined;
  if (typeof origins === "function") return origins;
  const list = new Set(origins);
  return (origin) => list.has(origin);
}
