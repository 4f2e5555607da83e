import { type DurableStream, WebStorageOutbox } from "durable-cf-streams/client";

interface Order {
  readonly id: number;
}

export async function produce(stream: DurableStream<Order>, orders: Iterable<Order>) {
  // #region produce
  await using producer = stream.producer({ id: `shop-${crypto.randomUUID()}` });
  for (const order of orders) await producer.submit(order); // waits while the buffer is full
  await producer.flush(); // everything submitted is durable
  // #endregion produce
}

export async function tickets(stream: DurableStream<Order>, first: Order, second: Order) {
  const producer = stream.producer({ id: crypto.randomUUID() });
  // #region tickets
  const ticket = await producer.submit(first); // accepted: it will be sent, in this place
  const { offset } = await producer.append(second); // durable: the stream ends at `offset`
  const { epoch, seq } = await ticket.acknowledged; // so is the first: order is kept
  // #endregion tickets
  await producer.close();
  return { offset, epoch, seq };
}

export async function pipe(stream: DurableStream<Order>, source: ReadableStream<Order>) {
  // #region pipe
  const producer = stream.producer({ id: crypto.randomUUID() });
  await source.pipeTo(producer.writable); // resolves when everything is durable
  // #endregion pipe
}

export async function finish(stream: DurableStream<Order>, last: Order) {
  const producer = stream.producer({ id: crypto.randomUUID() });
  // #region finish
  // Nothing can follow the last message: it and the closing are one commit.
  await producer.close({ closeStream: true, finalMessage: last });
  // #endregion finish
}

export function durable(stream: DurableStream<Order>, clientId: string) {
  // #region outbox
  // The same id after a reload: what was formed and not acknowledged is sent again first, and the epoch moves on.
  const producer = stream.producer({ id: clientId, outbox: new WebStorageOutbox(localStorage) });
  // #endregion outbox
  return producer;
}

export function watched(stream: DurableStream<Order>, show: (state: string) => void) {
  // #region events
  const producer = stream.producer({
    id: crypto.randomUUID(),
    onEvent: (event) => {
      if (event.type === "retried") show(`attempt ${event.failures} failed; the next in ${event.delayMs} ms`);
      if (event.type === "acknowledged") show("saved");
      if (event.type === "failed") show("not saved");
    },
  });
  // #endregion events
  return producer;
}
