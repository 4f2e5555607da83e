import type { Content } from "./content.ts";

/** The name of everything that is done when a program is over. */
export const AFTERWARDS = "afterwards";

/** A moment: its place among all that was noted, and the time that the server's clock showed. */
export interface Moment {
  readonly tick: number;
  readonly time: number;
}

/** A request to append, to close, or both. */
export interface AppendAsk {
  readonly kind: "append";
  readonly path: string;
  readonly content: Content;
  readonly close: boolean;
  readonly streamSeq: string | undefined;
  readonly producer: ProducerClaim | undefined;
  readonly wrongType: boolean;
}

/** A request to read. */
export interface ReadAsk {
  readonly kind: "read";
  readonly path: string;
  readonly mode: ReadMode;
  /** `-1`, `now`, or an offset. */
  readonly from: string;
  /** The stream that gave the offset. */
  readonly origin: string | undefined;
}

/** How a stream is read. */
export type ReadMode = "catch up" | "long-poll" | "sse";

/** What a request asks for. */
export type Ask =
  | {
      readonly kind: "create";
      readonly path: string;
      readonly ttlMs: number | undefined;
      readonly expiresAt: number | undefined;
      readonly closed: boolean;
      readonly content: Content;
    }
  | {
      readonly kind: "fork";
      readonly path: string;
      readonly source: string;
      readonly offset: string | undefined;
      readonly sub: number;
      readonly ttlMs: number | undefined;
    }
  | AppendAsk
  | { readonly kind: "delete"; readonly path: string }
  | { readonly kind: "head"; readonly path: string }
  | ReadAsk;

/** Who an append says it is by. */
export interface ProducerClaim {
  readonly id: string;
  readonly epoch: number;
  readonly seq: number;
}

/** What a client learned from an answer. */
export interface Answer {
  readonly status: number;
  readonly streamId: string | undefined;
  readonly nextOffset: string | undefined;
  readonly closed: boolean;
  readonly upToDate: boolean;
  /** The producer's standing, as the headers tell it. */
  readonly epoch: number | undefined;
  readonly seq: number | undefined;
  readonly expectedSeq: number | undefined;
  /** What was read. */
  readonly content: Content;
}

/** One request and what came of it. */
export interface Operation {
  readonly id: number;
  /** The step that made it. */
  readonly name: string;
  readonly ask: Ask;
  readonly sent: Moment;
  /** An operation that took effect before this one: the event before in the same SSE connection. */
  readonly after: number | undefined;
  /** What the client was told, and when. Without it, nobody knows whether the request took effect. */
  answer: Answer | undefined;
  answered: Moment | undefined;
  /** When the server was done with it: it cannot take effect later. */
  served: Moment | undefined;
  /** Unless nobody knows whether the server was really done with it. */
  inDoubt: boolean;
  /** The server never got all of it: it must not take effect. */
  incomplete: boolean;
  /** Content that came before the connection broke. */
  partial: Content | undefined;
}

/** A live connection that was held for a while, for the check that nobody was forgotten. */
export interface Watch {
  readonly name: string;
  readonly path: string;
  readonly from: Moment;
  streamId: string | undefined;
  /** Offsets in the order in which they came, and when. */
  readonly seen: { readonly offset: string; readonly at: Moment }[];
  until: Moment | undefined;
}

/** A time during which the server was disturbed, so that nothing has to happen promptly. */
export interface Unrest {
  readonly from: number;
  readonly to: number;
}

/** Notes everything that happens, in order. */
export class History {
  readonly operations: Operation[] = [];
  readonly watches: Watch[] = [];
  readonly unrest: Unrest[] = [];
  /** Times at which what only a process remembered was lost. */
  readonly restarts: number[] = [];
  /** What needs no comparison to be wrong. */
  readonly complaints: string[] = [];
  readonly #now: () => number;
  #tick = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The next moment. */
  moment(): Moment {
    this.#tick += 1;
    return { tick: this.#tick, time: this.#now() };
  }

  /** Notes that a request leaves. */
  begin(
    name: string,
    ask: Ask,
    facts: { readonly sent?: Moment; readonly after?: number | undefined } = {},
  ): Operation {
    const operation: Operation = {
      id: this.operations.length,
      name,
      ask,
      sent: facts.sent ?? this.moment(),
      after: facts.after,
      answer: undefined,
      answered: undefined,
      served: undefined,
      inDoubt: false,
      incomplete: false,
      partial: undefined,
    };
    this.operations.push(operation);
    return operation;
  }

  /** Notes an answer. A server that fails says nothing about what it has done. */
  answer(operation: Operation, answer: Answer): void {
    operation.answered = this.moment();
    if (answer.status < 500) operation.answer = answer;
  }
}
