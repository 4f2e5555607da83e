import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";

/** A request as it goes over the wire. */
export interface Wire {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

/** An answer, read to its end. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Connections are kept: a new one for each request would be most of the time a run takes. */
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/**
 * Sends a request. Not with `fetch`, which adds headers of its own and refuses others.
 *
 * @returns The answer, as soon as its headers are there.
 */
export function send({ method, url, headers, body }: Wire): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent }, resolve);
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

/** Reads an answer to its end. */
export async function readWhole(incoming: IncomingMessage): Promise<WholeAnswer> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece);
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(pieces) };
}

/** Gives up the connections that were kept: a server that is to stop may wait for them. */
export const hangUp = (): void => agent.destroy();
