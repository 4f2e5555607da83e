import { describe, expect, it } from "vitest";
import {
  MemoryOutbox,
  type ProducerOutbox,
  StreamProducer,
  WebStorageOutbox,
} from "../../../src/client/producer/index.ts";
import { hostedFor } from "../../support/client/index.ts";
import { STREAM_URL, serverWithStream, stored } from "./network.ts";

class Memory {
  readonly #items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }
}

const outboxes: [string, () => ProducerOutbox][] = [
  ["in memory", () => new MemoryOutbox()],
  ["in Web Storage", () => new WebStorageOutbox(new Memory())],
];

describe.each(outboxes)("a record of an outbox %s", (_, createOutbox) => {
  async function setUp() {
    const server = await serverWithStream();
    const outbox = createOutbox();
    const stream = hostedFor<unknown, number>(STREAM_URL, { fetch: server });
    return { server, start: () => new StreamProducer(stream, { id: "p", outbox, lingerMs: 0 }) };
  }

  it("stays with its owner when another producer is refused", async () => {
    const { start } = await setUp();
    const owner = start();
    await owner.append(1);
    for (const _attempt of ["first", "second"]) {
      await expect(start().append(2)).rejects.toMatchObject({ _tag: "OutboxBusyError" });
    }
    await owner.append(3);
    await owner.close();
  });

  it("can be opened again when the producer that was aborted is disposed", async () => {
    const { server, start } = await setUp();
    {
      await using first = start();
      await first.append(1);
      first.abort();
    }
    const second = start();
    await second.append(2);
    await second.close();
    expect(await stored(server)).toEqual([1, 2]);
  });

  it("can be opened again when a producer was aborted before it had it", async () => {
    const { server, start } = await setUp();
    {
      await using first = start();
      first.abort();
    }
    const second = start();
    await expect(start().append(0)).rejects.toMatchObject({ _tag: "OutboxBusyError" });
    await second.append(2);
    await second.close();
    expect(await stored(server)).toEqual([2]);
  });
});
