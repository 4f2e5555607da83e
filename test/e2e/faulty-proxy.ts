import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

/** What can go wrong with a request on its way. */
export type Fault =
  /** Nothing. */
  | "none"
  /** The server never sees it; the client gets a 503. */
  | "refuse"
  /** The server does what it was asked; the client gets no answer. */
  | "lose answer"
  /** The server does what it was asked; the answer breaks off in the middle. */
  | "cut answer"
  /** The answer arrives, with every `x` in it turned into a `y`. */
  | "forge answer";

/** A proxy in front of a server, being served. */
export interface FaultyProxy {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Which faults happened, in order. */
  readonly faults: Fault[];
  /** Stops it and cuts its connections. */
  close(): void;
}

/**
 * Puts a proxy in front of a server that does to each request what it is told.
 *
 * @param target - Origin of the server.
 * @param choose - Called once a request.
 */
export async function startFaultyProxy(
  target: string,
  choose: (request: IncomingMessage) => Fault,
): Promise<FaultyProxy> {
  const faults: Fault[] = [];
  const server = createServer((request, response) => {
    const fault = choose(request);
    faults.push(fault);
    forward(target, request, response, fault).catch(() => response.destroy());
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const address = server.address();
  return {
    origin: `http://localhost:${typeof address === "object" ? address?.port : 0}`,
    faults,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function forward(target: string, request: IncomingMessage, response: ServerResponse, fault: Fault) {
  const body = await buffer(request);
  if (fault === "refuse") {
    response.writeHead(503).end("try again");
    return;
  }
  const { method } = request;
  // Left plain, so that there is an `x` to be forged.
  const headers = { ...request.headers, "accept-encoding": "identity" };
  const call = httpRequest(target + request.url, { method, headers, agent: false });
  // A reader that leaves must be seen to leave.
  response.on("close", () => call.destroy());
  call.end(body);
  const [answer]: IncomingMessage[] = await once(call, "response");
  if (answer === undefined) {
    throw new Error("The server ended before it answered");
  }
  if (fault === "lose answer") {
    response.destroy();
    return;
  }
  response.writeHead(answer.statusCode ?? 500, answer.headers);
  response.flushHeaders();
  for await (const chunk of answer) {
    if (fault === "cut answer") {
      response.write(chunk.subarray(0, chunk.length / 2), () => response.destroy());
      return;
    }
    response.write(fault === "forge answer" ? Buffer.from(chunk).map((byte) => (byte === 120 ? 121 : byte)) : chunk);
  }
  response.end();
}
