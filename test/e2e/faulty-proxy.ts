import { once } from "node:events";
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { pass } from "./pass.ts";

/** What can go wrong with a request on its way. */
export type Fault =
  /** Nothing. */
  | { readonly type: "none" }
  /** The connection is reset before the server sees the request. */
  | { readonly type: "lose request" }
  /** Something in between answers; the server never sees the request. */
  | { readonly type: "refuse"; readonly status: number; readonly retryAfter?: string }
  /** The server does what it was asked; the connection is reset before its answer arrives. */
  | { readonly type: "lose answer" }
  /** The server does what it was asked; something in between answers 502. */
  | { readonly type: "spoil answer" }
  /** The connection is reset when so many bytes of the answer's body have passed, or ended where that looks like an end. */
  | { readonly type: "cut answer"; readonly at: number; readonly gently?: boolean }
  /** Both ways take their time, in ms, so that requests overtake each other. */
  | { readonly type: "delay"; readonly there: number; readonly back: number }
  /** The server sees the request once more, so many ms after it has answered the first time. */
  | { readonly type: "repeat"; readonly afterMs: number }
  /** The answer arrives, with every `x` in it turned into a `y`. */
  | { readonly type: "forge answer" };

/** Nothing goes wrong. */
export const NONE: Fault = { type: "none" };

/** A proxy in front of a server that may move, being served. */
export interface FaultyProxy {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Which faults happened, in order. */
  readonly faults: Fault["type"][];
  /** Origin of the server. While it is `undefined` there is none: connections are reset. */
  target: string | undefined;
  /** Resets every connection that there is now. */
  cut(): void;
  /** Stops it and cuts its connections. */
  close(): void;
}

/**
 * Puts a proxy in front of a server that does to each request what it is told.
 *
 * @param target - Origin of the server.
 * @param choose - Called once a request.
 * @param options - `port` to listen on; any free one unless given.
 */
export async function startFaultyProxy(
  target: string,
  choose: (request: IncomingMessage) => Fault,
  { port = 0 }: { port?: number } = {},
): Promise<FaultyProxy> {
  const agent = new Agent({ keepAlive: true });
  const sockets = new Set<Socket>();
  const faults: Fault["type"][] = [];
  const server = createServer((request, response) => {
    const fault = choose(request);
    faults.push(fault.type);
    forward({ target: proxy.target, agent }, request, response, fault).catch(() => reset(response));
  });
  // No connection is lost but by a fault that was chosen.
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  server.listen(port, "localhost");
  await once(server, "listening");
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const proxy: FaultyProxy = {
    origin: `http://localhost:${portOf(server)}`,
    faults,
    target,
    cut,
    close: () => {
      server.close();
      cut();
      agent.destroy();
    },
  };
  return proxy;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

interface Route {
  readonly target: string | undefined;
  readonly agent: Agent;
}

async function forward(route: Route, request: IncomingMessage, response: ServerResponse, fault: Fault): Promise<void> {
  const body = await buffer(request);
  if (fault.type === "lose request" || route.target === undefined) return reset(response);
  if (fault.type === "refuse") {
    const headers = fault.retryAfter === undefined ? {} : { "Retry-After": fault.retryAfter };
    response.writeHead(fault.status, headers).end("try again");
    return;
  }
  if (fault.type === "delay") await delay(fault.there);
  // A reader that leaves must be seen to leave.
  const left = new AbortController();
  response.on("close", () => left.abort());
  const answer = await ask(route, request, body, left.signal);
  if (fault.type === "repeat") await Promise.all([delay(fault.afterMs), again(route, request, body)]);
  if (fault.type === "lose answer") return reset(response);
  if (fault.type === "spoil answer") {
    answer.destroy();
    response.writeHead(502).end("no answer");
    return;
  }
  if (fault.type === "delay") await delay(fault.back);
  response.writeHead(answer.statusCode ?? 500, answer.headers);
  response.flushHeaders();
  await pass(answer, response, fault);
}

async function ask(
  { target, agent }: Route,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  // Left plain, so that a byte of the answer is a byte of the stream.
  const plain = { ...headers, "accept-encoding": "identity" };
  const call = httpRequest(`${target}${url}`, { method, headers: plain, agent, ...(signal && { signal }) });
  call.end(body);
  const [answer]: IncomingMessage[] = await once(call, "response");
  if (answer === undefined) throw new Error("The server ended before it answered");
  // A connection that fails behind the head is noticed where the body is read, if anywhere.
  call.on("error", () => {});
  return answer;
}

async function again(route: Route, request: IncomingMessage, body: Buffer): Promise<void> {
  const answer = await ask(route, request, body);
  answer.resume();
}
