/** What a request asks of a stream. */
export type Operation = "create" | "append" | "head" | "delete" | "catch-up" | "long-poll" | "sse";

/** A request as it was on the wire. */
export interface SentRequest {
  readonly operation: Operation;
  readonly method: string;
  readonly url: string;
  /** The query, as it was sent. */
  readonly search: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Fires when the client has left. */
  readonly signal: AbortSignal;
}

/** One request on its way. */
export interface Exchange {
  readonly request: SentRequest;
  /**
   * Brings the request to the server and its answer back, as often as it is called.
   *
   * @returns The answer; `Response.error()` when there is no server.
   */
  deliver(): Promise<Response>;
}

/** Takes a request down, body and all. */
export async function sentRequest(request: Request): Promise<SentRequest> {
  const { method, url, headers, signal } = request;
  const { search } = new URL(url);
  const body = new Uint8Array(await request.clone().arrayBuffer());
  return { operation: operationOf(method, url), method, url, search, headers, body, signal };
}

/** The same request again, for the server. */
export function requestAgain({ method, url, headers, body, signal }: SentRequest): Request {
  const copied = new Headers(headers);
  // Of the connection that it came over, not of the request.
  for (const name of ["connection", "content-length", "host", "keep-alive", "transfer-encoding"]) copied.delete(name);
  return new Request(url, { method, headers: copied, signal, ...(body.length > 0 && { body }) });
}

function operationOf(method: string, url: string): Operation {
  if (method === "PUT") return "create";
  if (method === "POST") return "append";
  if (method === "HEAD") return "head";
  if (method === "DELETE") return "delete";
  const live = new URL(url).searchParams.get("live");
  return live === "sse" || live === "long-poll" ? live : "catch-up";
}
