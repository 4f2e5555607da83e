import { breakOff, type Cut } from "./cut.ts";
import type { Exchange } from "./exchange.ts";

/** What the network does with one request. `Response.error()` is a connection that breaks before an answer came. */
export type Fault = (exchange: Exchange) => Response | Promise<Response>;

/** No fault. */
export const delivered: Fault = ({ deliver }) => deliver();

/** The connection is dropped before the server hears of the request. */
export const lost: Fault = () => Response.error();

/** The server does what it was asked; the connection is dropped before its answer arrives. */
export const answerLost: Fault = async ({ deliver }) => {
  const { body } = await deliver();
  await body?.cancel();
  return Response.error();
};

/** The server does what it was asked twice; the second answer arrives. */
export const deliveredTwice: Fault = async ({ deliver }) => {
  const { body } = await deliver();
  await body?.cancel();
  return deliver();
};

/** Something on the way answers; the server never hears of the request. */
export function answered(status: number, headers: Record<string, string> = {}, body: BodyInit | null = null): Fault {
  return () => new Response(body, { status, headers });
}

/** A success of somebody who has never heard of the protocol, in its place. */
export const captivePortal: Fault = answered(
  200,
  { "Content-Type": "text/html" },
  "<!doctype html><title>Log in</title>",
);

/** The request waits on its way until something has happened. */
export function held(until: Promise<unknown>, fault: Fault = delivered): Fault {
  return async (exchange) => {
    await until;
    return fault(exchange);
  };
}

/** The connection breaks off in the answer's body. */
export function cut(where: Cut): Fault {
  return async ({ deliver }) => breakOff(await deliver(), where);
}

/** Something is done when an answer has begun, before any of it arrives. */
export function onceBegun(fault: Fault, act: () => Promise<unknown>): Fault {
  return async (exchange) => {
    const response = await fault(exchange);
    await act();
    return response;
  };
}
