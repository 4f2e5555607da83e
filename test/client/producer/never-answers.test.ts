import type { StandardSchemaV1 } from "@standard-schema/spec";
import { describe, expect, it } from "vitest";
import { type ProducerOutbox, StreamProducer } from "../../../src/client/producer/index.ts";
import { hostedFor } from "../../support/client/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { HeldNetwork, STREAM_URL, serverWithStream } from "./network.ts";

const never = new Promise<never>(() => {});
const reason = new Error("enough");

const silentSchema: StandardSchemaV1<unknown, unknown> = {
  "~standard": { version: 1, vendor: "test", validate: () => never },
};
const silentOutbox: ProducerOutbox = { open: () => never, save: async () => {}, close: async () => {} };

async function setUp(schema?: typeof silentSchema, outbox?: ProducerOutbox) {
  const network = new HeldNetwork(await serverWithStream());
  const stream = hostedFor<unknown, unknown>(STREAM_URL, {
    fetch: network.fetch,
    clock: new FakeClock(),
    ...(schema && { schema }),
  });
  return new StreamProducer(stream, { id: "p", outbox });
}

describe("an abort", () => {
  it("ends what waits for a schema that never answers, and what waits behind it", async () => {
    const producer = await setUp(silentSchema);
    const waits = [producer.submit(1), producer.append(2), producer.flush()];
    const results = Promise.allSettled(waits);
    producer.abort(reason);
    expect(await results).toEqual(waits.map(() => ({ status: "rejected", reason })));
  });

  it("ends what waits for an outbox that never opens", async () => {
    const producer = await setUp(undefined, silentOutbox);
    const waits = [producer.submit(1), producer.append(2), producer.flush()];
    const results = Promise.allSettled(waits);
    producer.abort(reason);
    expect(await results).toEqual(waits.map(() => ({ status: "rejected", reason })));
  });

  it("ends a close whose final message waits for its schema", async () => {
    const producer = await setUp(silentSchema);
    const closed = producer.close({ finalMessage: 1 });
    producer.abort(reason);
    await expect(closed).rejects.toBe(reason);
  });
});
