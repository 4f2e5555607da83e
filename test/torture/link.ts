import type { Operation } from "./history.ts";
import type { Fault, Link } from "./program.ts";
import type { Stage } from "./stage.ts";

/** A request, before it is on its way. */
export interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | undefined;
}

/** An answer that reached the client, and after how many bytes of it the connection will break. */
export interface Incoming {
  readonly response: Response;
  readonly cutAt: number | undefined;
}

/**
 * Carries a request to the server and the answer back, or does to it what its link says.
 *
 * @returns `undefined` when the client learns nothing.
 */
export async function carry(
  stage: Stage,
  client: number,
  operation: Operation,
  outgoing: Outgoing,
  link: Link,
): Promise<Incoming | undefined> {
  const { simulation, history } = stage;
  const fault = applicable(link.fault, outgoing);
  if (fault !== undefined) stage.faults.add(fault.kind);
  await simulation.sleep(link.upMs);
  const reach = (about: Operation, signal?: AbortSignal) => serve(stage, client, about, outgoing, fault, signal);
  switch (fault?.kind) {
    case "request lost":
      operation.incomplete = true;
      await simulation.sleep(link.downMs);
      return undefined;
    case "response lost":
      await discard(reach(operation));
      await simulation.sleep(link.downMs);
      return undefined;
    case "delayed":
      stage.aside(simulation.sleep(fault.byMs).then(() => discard(reach(operation))));
      await simulation.sleep(fault.patienceMs);
      return undefined;
    case "client left": {
      const leaving = new AbortController();
      stage.aside(discard(reach(operation, leaving.signal)));
      await simulation.sleep(fault.afterMs);
      leaving.abort();
      return undefined;
    }
    case "duplicated": {
      const again = history.begin(`${operation.name} (again)`, operation.ask, { sent: operation.sent });
      stage.aside(simulation.sleep(fault.afterMs).then(() => discard(reach(again))));
    }
  }
  const response = await reach(operation);
  await simulation.sleep(link.downMs);
  if (response === undefined) return undefined;
  if (fault?.kind !== "reset in response") return { response, cutAt: undefined };
  const length = Number(response.headers.get("Content-Length") ?? 0);
  return { response, cutAt: Math.floor(fault.at * length) };
}

async function serve(
  stage: Stage,
  client: number,
  operation: Operation,
  outgoing: Outgoing,
  fault: Fault | undefined,
  signal: AbortSignal | undefined,
): Promise<Response | undefined> {
  const request = requestOf(stage, operation, outgoing, fault, signal);
  try {
    const response = await stage.server.fetch(client, request);
    if (response.status >= 500 && stage.server.isEverLate) operation.inDoubt = true;
    return response;
  } catch {
    operation.inDoubt = true;
    return undefined;
  } finally {
    operation.served = stage.history.moment();
  }
}

async function discard(answer: Promise<Response | undefined>): Promise<void> {
  const response = await answer;
  await response?.body?.cancel().catch(() => {});
}

/** Some things happen only to requests with a body. */
function applicable(fault: Fault | undefined, { body }: Outgoing): Fault | undefined {
  const needsBody = fault?.kind === "reset in request" || fault?.kind === "cut short" || fault?.kind === "slow body";
  return needsBody && (body === undefined || body.length < 2) ? undefined : fault;
}

function requestOf(
  stage: Stage,
  operation: Operation,
  { method, path, query = "", headers = {}, body }: Outgoing,
  fault: Fault | undefined,
  signal: AbortSignal | undefined,
): Request {
  const url = `${stage.server.base}/${path}${query && `?${query}`}`;
  const init = { method, headers: new Headers(headers), ...(signal && { signal }) };
  if (body === undefined) return new Request(url, init);
  const { length } = body;
  const { simulation } = stage;
  if (fault?.kind === "cut short") {
    operation.incomplete = true;
    init.headers.set("Content-Length", String(length));
    const short = body.slice(0, Math.min(length - 1, Math.floor(fault.at * length)));
    return new Request(url, { ...init, ...streamed(pieces([short])) });
  }
  if (fault?.kind === "reset in request") {
    operation.incomplete = true;
    const some = body.slice(0, Math.floor(fault.at * length));
    return new Request(url, { ...init, ...streamed(pieces([some, "broken"], () => simulation.sleep(5))) });
  }
  if (fault?.kind === "slow body") {
    const size = Math.ceil(length / fault.pieces);
    const parts = Array.from({ length: fault.pieces }, (_, at) => body.slice(at * size, (at + 1) * size));
    return new Request(url, { ...init, ...streamed(pieces(parts, () => simulation.sleep(fault.pauseMs))) });
  }
  return new Request(url, { ...init, body: body.slice() });
}

/** Node wants to be told that a body is sent before an answer is read. */
const streamed = (body: ReadableStream<Uint8Array>) => ({ body, duplex: "half" });

function pieces(parts: readonly (Uint8Array | "broken")[], pause = async () => {}): ReadableStream<Uint8Array> {
  const left = parts.filter((part) => part === "broken" || part.length > 0);
  let isFirst = true;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (!isFirst) await pause();
        isFirst = false;
        const part = left.shift();
        if (part === "broken") controller.error(new Error("The connection was reset"));
        else if (part === undefined) controller.close();
        else controller.enqueue(part);
      },
    },
    { highWaterMark: 0 },
  );
}
