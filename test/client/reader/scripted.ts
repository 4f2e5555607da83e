import type { Fetch } from "../../../src/client/transport/index.ts";

/** One answer of a script: a response, what `fetch` rejects with, or a function that makes one of the two. */
export type Scripted = Response | Error | ((request: Request) => Response | Promise<Response>);

/** A `fetch` that answers from a script; when it is used up, nobody answers any more. */
export interface Script {
  readonly fetch: Fetch;
  /** The requests so far. */
  readonly requests: Request[];
  /** The query of each request so far, as it was sent. */
  readonly queries: string[];
}

export function scripted(...answers: Scripted[]): Script {
  const requests: Request[] = [];
  const queries: string[] = [];
  const left = [...answers];
  const fetch: Fetch = async (request) => {
    requests.push(request);
    queries.push(new URL(request.url).search);
    const answer = left.shift();
    if (answer === undefined) return new Promise(() => {});
    if (answer instanceof Error) throw answer;
    return typeof answer === "function" ? answer(request) : answer;
  };
  return { fetch, requests, queries };
}

/** What the headers of a page say. */
export interface PageFacts {
  readonly next: string;
  readonly upToDate?: boolean;
  readonly closed?: boolean;
  readonly cursor?: string;
  readonly stream?: string;
  readonly type?: string;
  readonly status?: number;
  readonly headers?: Record<string, string>;
}

function headersOf({ next, upToDate, closed, cursor, stream, type, headers }: PageFacts): Record<string, string> {
  return {
    "Stream-Next-Offset": next,
    "Content-Type": type ?? "application/json",
    ...(upToDate && { "Stream-Up-To-Date": "true" }),
    ...(closed && { "Stream-Closed": "true" }),
    ...(cursor !== undefined && { "Stream-Cursor": cursor }),
    ...(stream !== undefined && { "Stream-Id": stream }),
    ...headers,
  };
}

/** An answer to a catch-up or a long-poll. */
export function page(body: BodyInit | null, facts: PageFacts): Response {
  return new Response(body, { status: facts.status ?? 200, headers: headersOf(facts) });
}

/** An event stream that ends behind its last piece. */
export function eventStream(...pieces: (string | Uint8Array | Error)[]): Response {
  return new Response(inPieces(...pieces), { headers: { "Content-Type": "text/event-stream" } });
}

/** An event stream, or any body, that stays open behind its last piece. */
export function openEnded(
  pieces: readonly (string | Uint8Array)[],
  onCancel: () => void = () => {},
): ReadableStream<Uint8Array> {
  const left = [...pieces];
  return new ReadableStream(
    {
      pull(controller) {
        const piece = left.shift();
        if (piece === undefined) return new Promise(() => {});
        controller.enqueue(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
        return undefined;
      },
      cancel: onCancel,
    },
    { highWaterMark: 0 },
  );
}

/** An event stream that stays open. */
export function openEventStream(pieces: readonly (string | Uint8Array)[], onCancel?: () => void): Response {
  return new Response(openEnded(pieces, onCancel), { headers: { "Content-Type": "text/event-stream" } });
}

/** A body in pieces; an error in place of a piece breaks it off. */
export function inPieces(...pieces: (string | Uint8Array | Error)[]): ReadableStream<Uint8Array> {
  const left = [...pieces];
  return new ReadableStream(
    {
      pull(controller) {
        const piece = left.shift();
        if (piece === undefined) controller.close();
        else if (piece instanceof Error) controller.error(piece);
        else controller.enqueue(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
      },
    },
    { highWaterMark: 0 },
  );
}

/** A `data` event. */
export const dataEvent = (data: string): string => `event: data\ndata:${data}\n\n`;

/** A `control` event. */
export function controlEvent(next: string, more: Record<string, unknown> = {}): string {
  return `event: control\ndata:${JSON.stringify({ streamNextOffset: next, ...more })}\n\n`;
}
