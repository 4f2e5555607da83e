/** One HTTP request about the stream. */
export interface TransportRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** The protocol's own query parameters. They win over a caller's parameters of the same name. */
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  /** The protocol's own headers. They win over a caller's headers of the same name. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  readonly body?: Uint8Array<ArrayBuffer> | undefined;
  /**
   * Gives the request up; the transport then rejects with the signal's reason. It is handed to `fetch` for the body as
   * well, but Node forgets that connection when its garbage collector runs: who reads a body cancels it as well.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long to wait for the response's headers, in ms. Default 30,000, and a second more for each 32 kB of the body: a
   * slow way out is no dead one.
   */
  readonly timeoutMs?: number | undefined;
}

/**
 * Makes one attempt at a request and returns whatever the server answers, refusals included. It repeats nothing, but
 * for one 401, which it repeats once with headers and parameters evaluated anew: a 401 has had no effect.
 */
export interface Transport {
  /** The stream's URL without the caller's dynamic parameters, for messages and keys. */
  readonly url: string;
  /**
   * Sends a request. Headers and parameters given as functions are evaluated for every attempt; the query is ordered
   * by name; redirects are followed by the platform, a body with them where the status says so (307, 308).
   *
   * @throws TransportError when no response came (its `cause` says why, a time-out or a failed header function
   * included); MalformedResponseError for endless redirects, where the platform names them, and for a redirect that turned
   * a write into a read; TypeError for a header that cannot be; or the abort reason.
   */
  send(request: TransportRequest): Promise<Response>;
}
