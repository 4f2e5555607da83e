import type { Checkpoint, DurableStream } from "durable-cf-streams/client";

interface Order {
  readonly id: number;
}

/** Where the consumer keeps its effects: a database, say. */
interface Inbox {
  checkpoint(): Promise<Checkpoint | undefined>;
  /** Stores both in one transaction. */
  take(orders: readonly Order[], checkpoint: Checkpoint): Promise<void>;
}

export async function consume(stream: DurableStream<Order>, inbox: Inbox) {
  // #region consume
  const reader = stream.read({ from: await inbox.checkpoint() }); // undefined is the start
  for await (const { messages, checkpoint } of reader.batches()) {
    await inbox.take(messages, checkpoint); // one transaction: both or neither
  }
  // #endregion consume
}

export async function all(stream: DurableStream<Order>) {
  // #region all
  const orders: Order[] = [];
  for await (const order of stream.read({ live: false })) orders.push(order); // ends at the tail
  // #endregion all
  return orders;
}

export async function next(stream: DurableStream<Order>) {
  // #region next
  // The first message written from now on; give up after a minute.
  for await (const order of stream.read({ from: "now", limit: 1, signal: AbortSignal.timeout(60_000) })) return order;
  // #endregion next
  return undefined;
}

export async function spinner(stream: DurableStream<Order>, show: (order: Order) => void, hideSpinner: () => void) {
  // #region caught-up
  const reader = stream.read();
  reader.caughtUp().then(hideSpinner, hideSpinner);
  for await (const order of reader) show(order);
  // #endregion caught-up
}

export async function tolerant(stream: DurableStream<Order>, report: (text: string) => void) {
  // #region tolerant
  const reader = stream.read({
    live: false,
    onInvalid: ({ value, issues }) => report(`${JSON.stringify(value)}: ${issues[0]?.message}`), // and goes on
    onStatus: (status) => {
      if (status.type === "retrying") report(`offline; again in ${status.delayMs} ms`);
    },
    onError: (_error, { attempt }) => (attempt >= 20 ? "throw" : undefined), // undefined: what happens by default
  });
  // #endregion tolerant
  const orders: Order[] = [];
  for await (const order of reader) orders.push(order);
  return orders;
}
