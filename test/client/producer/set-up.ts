import { type ProducerEvent, type ProducerOptions, StreamProducer } from "../../../src/client/producer/index.ts";
import type { StreamHandlerOptions } from "../../../src/server/http/index.ts";
import { hostedFor } from "../../support/client/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { HeldNetwork, STREAM_URL, serverWithStream } from "./network.ts";

/** What a test may want otherwise than {@link setUp} has it. */
export interface SetUpOptions extends Partial<ProducerOptions> {
  /** Options of the server. */
  readonly server?: Partial<StreamHandlerOptions>;
  /** Ends all that the handle has begun. */
  readonly signal?: AbortSignal;
}

/** A producer that neither lingers nor batches, on a network that the test holds, in a time that it moves. */
export async function setUp({ server: serverOptions, signal, ...options }: SetUpOptions = {}) {
  const server = await serverWithStream(serverOptions);
  const network = new HeldNetwork(server);
  const clock = new FakeClock();
  const events: ProducerEvent[] = [];
  const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch: network.fetch, clock, ...(signal && { signal }) });
  const producer = new StreamProducer(stream, {
    id: "p",
    lingerMs: 0,
    maxBatchMessages: 1,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { server, network, clock, stream, producer, events };
}

/** {@link setUp} with message 0 acknowledged and the messages from 1 on their way, one a batch. */
export async function setUpInFlight(count: number, options: SetUpOptions = {}) {
  const context = await setUp(options);
  const first = context.producer.append(0);
  await (await context.network.next()).deliver();
  await first;
  const tickets = await Promise.all(Array.from({ length: count }, (_, index) => context.producer.submit(index + 1)));
  const exchanges = await context.network.take(count);
  return { ...context, tickets, exchanges };
}

/** What became of promises, in short: `"ok"` or the tag or name of the error. */
export async function outcomes(promises: Iterable<Promise<unknown>>): Promise<string[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((result) => {
    if (result.status === "fulfilled") return "ok";
    const reason: unknown = result.reason;
    return reason instanceof Error ? reason.name : String(reason);
  });
}
