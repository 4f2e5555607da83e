import { DurableStreamTestServer } from "@durable-streams/server";
import { allowAnonymous, createStreamHandler } from "../../src/server/http/index.ts";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { recorded } from "../http/server.ts";
import { serveFetchHandler } from "../support/node-server.ts";
import type { Pair } from "./play.ts";
import { LONG_POLL_MS } from "./timing.ts";

/** A pair of servers that can be stopped. */
export interface RunningPair extends Pair {
  /** Stops what was started, and puts the clock back. */
  stop(): Promise<void>;
}

/** Starts the reference server, in memory, on a free port. */
export async function startReference() {
  const server = new DurableStreamTestServer({ port: 0, longPollTimeout: LONG_POLL_MS, compression: false });
  return { server, origin: await server.start(), stop: () => server.stop() };
}

/**
 * A pair in this process, whose time is in the programs' hands.
 *
 * @param tamper Makes another answer of each of ours, to see whether anybody notices.
 */
export async function startPair(
  tamper: (answer: Response) => Response | Promise<Response> = (answer) => answer,
): Promise<RunningPair> {
  const reference = await startReference();
  const { store, calls } = recorded(new MemoryStore());
  const errors: unknown[] = [];
  const handler = createStreamHandler(store, {
    authorize: allowAnonymous(),
    longPollTimeoutMs: LONG_POLL_MS,
    onError: (error) => errors.push(error),
  });
  const ours = await serveFetchHandler(async (request) => tamper(await handler(request)));
  const realNow = Date.now;
  let ahead = 0;
  Date.now = () => realNow() + ahead;
  return {
    ours: ours.origin,
    theirs: reference.origin,
    programs: 0,
    requests: 0,
    async pass(seconds) {
      // A reader that has left in the eyes of its client only would be taken for one that was there all the time.
      while (calls.watching > 0 || isWaitedOn(reference.server)) await new Promise(setImmediate);
      ahead += seconds * 1000;
    },
    async stop() {
      Date.now = realNow;
      await Promise.all([ours.close(), reference.stop()]);
      if (errors.length > 0) throw new AggregateError(errors, "Our server failed inside");
    },
  };
}

function isWaitedOn({ store }: DurableStreamTestServer): boolean {
  const waits: unknown = Reflect.get(store, "pendingLongPolls");
  return Array.isArray(waits) && waits.length > 0;
}
