import { describe, expect, it } from "vitest";
import { outcomes, setUp, setUpInFlight } from "./set-up.ts";

describe("a ticket", () => {
  it("tells the acknowledgement to whoever looks at it afterwards", async () => {
    const { network, producer } = await setUp();
    void network.open();
    const ticket = await producer.submit("late");
    await producer.flush();
    await expect(ticket.acknowledged).resolves.toMatchObject({ epoch: 0, seq: 0, offset: producer.lastOffset });
  });

  it("tells the rejection to whoever looks at it afterwards", async () => {
    const { network, producer } = await setUp({ retry: { maxAttempts: 1 } });
    const ticket = await producer.submit("late");
    (await network.next()).drop();
    expect(await outcomes([producer.flush()])).toEqual(["TransportError"]);
    await expect(ticket.acknowledged).rejects.toBe(producer.error);
  });

  it("gives the same promise each time", async () => {
    const { tickets } = await setUpInFlight(1);
    expect(tickets[0]?.acknowledged).toBe(tickets[0]?.acknowledged);
  });
});

describe("flush", () => {
  it("waits for what was submitted before it, and for nothing that came later", async () => {
    const { exchanges, network, producer } = await setUpInFlight(1);
    const flushed = producer.flush().then(() => producer.pendingMessages);
    // Taken in only once the flush is under way.
    await producer.submit("later");
    const later = await network.next();
    await exchanges[0]?.deliver();
    expect(await flushed).toBe(1);
    await later.deliver();
    await producer.flush();
    expect(producer.pendingMessages).toBe(0);
  });

  it("and another one beside it both come to their end", async () => {
    const { exchanges, producer } = await setUpInFlight(2);
    const both = Promise.all([producer.flush(), producer.flush()]);
    for (const exchange of exchanges) await exchange.deliver();
    await expect(both).resolves.toEqual([undefined, undefined]);
  });
});
