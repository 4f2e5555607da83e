import type { Fetch } from "../../../src/client/transport/index.ts";
import { networkFailure } from "../../support/client/index.ts";
import type { FetchHandler } from "../../support/node-server.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What the network does with one request, and how long it takes on the way there and back. */
export interface Fate {
  readonly kind: "deliver" | "lose" | "lose-answer" | "refuse" | "break" | "break-after" | "twice" | "twice-late";
  readonly there: number;
  readonly back: number;
}

/** A network that treats one request after the other as a schedule says, and all that come after it well. */
export function faultyFetch(server: FetchHandler, time: VirtualTime, schedule: readonly Fate[]): Fetch {
  let requests = 0;
  return async (request) => {
    const { kind, there, back } = schedule[requests++] ?? { kind: "deliver", there: 1, back: 1 };
    const { url, method, headers } = request;
    const bytes = new Uint8Array(await request.arrayBuffer());
    const commit = () => server(new Request(url, { method, headers, ...(bytes.length > 0 && { body: bytes }) }));
    await time.sleep(there);
    if (kind === "lose") throw networkFailure();
    if (kind === "refuse") return new Response(null, { status: 429, headers: { "Retry-After": "1" } });
    if (kind === "break") return new Response(null, { status: 500 });
    let response = await commit();
    if (kind === "twice") void time.sleep(back * 3).then(commit);
    await time.sleep(back);
    if (kind === "twice-late") response = await commit();
    if (kind === "lose-answer") throw networkFailure();
    return kind === "break-after" ? new Response(null, { status: 502 }) : response;
  };
}
