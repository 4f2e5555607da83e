import type { Exchange, Operation, SentRequest } from "./exchange.ts";
import { delivered, type Fault } from "./fault.ts";

/**
 * What happens to the requests of each operation: the first fault to the first request, and so on, and nothing to those
 * behind the last; or one fault to all of them. `any` is for the operations that are not named.
 */
export type Script = { readonly [operation in Operation | "any"]?: Fault | readonly Fault[] };

/** A network that does what a script says to all that is sent to one origin, and nothing to anything else. */
export interface FaultyNetwork {
  /** What was sent, in order. */
  readonly requests: readonly SentRequest[];
  /** What was sent for one operation. */
  sent(operation: Operation): readonly SentRequest[];
  /** Lets the network work again. */
  [Symbol.dispose](): void;
}

/** A script that is being played. */
export class Play {
  readonly requests: SentRequest[] = [];
  readonly #script: Script;
  readonly #played = new Map<Operation | "any", number>();

  constructor(script: Script) {
    this.#script = script;
  }

  readonly sent = (operation: Operation): readonly SentRequest[] =>
    this.requests.filter((request) => request.operation === operation);

  /** What is to happen to a request. */
  next(request: SentRequest): Fault {
    this.requests.push(request);
    const part = this.#script[request.operation] === undefined ? "any" : request.operation;
    const faults = this.#script[part];
    if (typeof faults === "function") return faults;
    const at = this.#played.get(part) ?? 0;
    this.#played.set(part, at + 1);
    return faults?.[at] ?? delivered;
  }
}

/** An exchange whose requests are delivered by a `fetch` that no script disturbs. */
export function exchangeOver(request: SentRequest, undisturbed: (request: SentRequest) => Promise<Response>): Exchange {
  return { request, deliver: () => undisturbed(request).catch(() => Response.error()) };
}
