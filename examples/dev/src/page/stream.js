// The requests of the protocol that are not reads: what a stream is, creating it, and its address.

/**
 * What the server says about a stream.
 *
 * @typedef {object} StreamFacts
 * @property {string} id - The stream's identity: another one means that it was deleted and created again.
 * @property {string} contentType - MIME type of everything in it.
 * @property {boolean} closed - Whether nothing can be appended any more.
 */

/** An answer other than the one hoped for. */
export class RefusedError extends Error {
  /**
   * @param {number} status - The answer's HTTP status.
   * @param {string} detail - What the server said, or the status in words.
   */
  constructor(status, detail) {
    super(detail);
    this.name = "RefusedError";
    /** The answer's HTTP status. */
    this.status = status;
  }
}

/**
 * The URL of a stream on the server that served this page.
 *
 * @param {string} name - May hold slashes; everything that a URL cannot hold as it is gets escaped.
 */
export function streamUrl(name) {
  return `${location.origin}/v1/stream/${name.split("/").map(encodeURIComponent).join("/")}`;
}

/**
 * Creates a stream, or confirms one of this type (PROTOCOL.md §5.1).
 *
 * @param {string} url
 * @param {string} contentType
 * @throws {RefusedError} 409 when there is one of another type, or a closed one.
 */
export async function createStream(url, contentType) {
  const response = await fetch(url, { method: "PUT", headers: { "Content-Type": contentType } });
  if (!response.ok) {
    throw await refusal(response);
  }
}

/**
 * Asks what a stream is (PROTOCOL.md §5.5).
 *
 * @param {string} url
 * @returns {Promise<StreamFacts | undefined>} `undefined` when there is none.
 * @throws {RefusedError}
 */
export async function inspectStream(url) {
  const response = await fetch(url, { method: "HEAD", cache: "no-store" });
  if (response.status === 404 || response.status === 410) {
    return undefined;
  }
  if (!response.ok) {
    throw await refusal(response);
  }
  const { headers } = response;
  return {
    id: headers.get("Stream-Id") ?? "",
    contentType: headers.get("Content-Type") ?? "application/octet-stream",
    closed: headers.get("Stream-Closed") === "true",
  };
}

/**
 * Turns a refusal into an error that says why, from the problem details in its body when it has any.
 *
 * @param {Response} response
 */
export async function refusal(response) {
  const problem = await response.json().catch(() => undefined);
  const detail = typeof problem?.detail === "string" ? problem.detail : `The server answered ${response.status}`;
  return new RefusedError(response.status, detail);
}
