import { describe, expect, it } from "vitest";
import { OutboxBusyError, type OutboxRecord, WebStorageOutbox } from "../../../src/client/producer/index.ts";
import { own } from "../../../src/client/producer/outbox/ownership.ts";

/** A storage of strings with room for so many characters. */
class TinyStorage {
  readonly items = new Map<string, string>();
  readonly #room: number;

  constructor(room = Number.POSITIVE_INFINITY) {
    this.#room = room;
  }

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (value.length > this.#room) throw new DOMException("full", "QuotaExceededError");
    this.items.set(key, value);
  }
}

const record: OutboxRecord = {
  epoch: 3,
  nextSeq: 9,
  batches: [
    { epoch: 3, seq: 7, body: Uint8Array.from({ length: 256 }, (_, byte) => byte), closes: false },
    { epoch: 3, seq: 8, body: undefined, closes: true },
  ],
};

describe("an outbox in Web Storage", () => {
  it("gives back what was saved, byte for byte, to another page", async () => {
    const storage = new TinyStorage();
    const before = new WebStorageOutbox(storage);
    expect(await before.open("round-trip")).toBeUndefined();
    await before.save("round-trip", record);
    await before.close("round-trip");
    expect(await new WebStorageOutbox(storage).open("round-trip")).toEqual(record);
  });

  it("keeps the last record when a new one does not fit", async () => {
    const storage = new TinyStorage(100);
    const outbox = new WebStorageOutbox(storage);
    await outbox.open("quota");
    const small = { epoch: 1, nextSeq: 0, batches: [] };
    await outbox.save("quota", small);
    await expect(outbox.save("quota", record)).rejects.toThrow(expect.objectContaining({ name: "QuotaExceededError" }));
    await outbox.close("quota");
    expect(await outbox.open("quota")).toEqual(small);
  });

  it("writes under its prefix", async () => {
    const storage = new TinyStorage();
    const outbox = new WebStorageOutbox(storage, "app/");
    await outbox.save("key", record);
    expect([...storage.items.keys()]).toEqual(["app/key"]);
  });

  it("has one owner for a key until it is closed", async () => {
    const outbox = new WebStorageOutbox(new TinyStorage());
    await outbox.open("owned");
    await expect(new WebStorageOutbox(new TinyStorage()).open("owned")).rejects.toBeInstanceOf(OutboxBusyError);
    await outbox.close("owned");
    await expect(outbox.open("owned")).resolves.toBeUndefined();
  });

  it("gives up what it owns when the record cannot be read", async () => {
    const storage = new TinyStorage();
    const outbox = new WebStorageOutbox(storage);
    storage.items.set("durable-cf-streams:broken", "{");
    await expect(outbox.open("broken")).rejects.toBeInstanceOf(SyntaxError);
    storage.items.clear();
    await expect(outbox.open("broken")).resolves.toBeUndefined();
  });
});

/** Web Locks as far as an owner sees them. */
class FakeLocks {
  readonly held = new Set<string>();

  async request(name: string, _: { ifAvailable: true }, hold: (lock: object | null) => unknown): Promise<unknown> {
    if (this.held.has(name)) return hold(null);
    this.held.add(name);
    try {
      return await hold({ name });
    } finally {
      this.held.delete(name);
    }
  }
}

describe("the ownership of a name", () => {
  it("holds a Web Lock until it is given up", async () => {
    const locks = new FakeLocks();
    const release = await own("a", locks);
    expect([...locks.held]).toEqual(["a"]);
    await expect(own("a", locks)).rejects.toBeInstanceOf(OutboxBusyError);
    await release();
    await expect(own("a", locks)).resolves.toBeTypeOf("function");
  });

  it("fails as the locks fail", async () => {
    const locks = { request: () => Promise.reject(new Error("not allowed here")) };
    await expect(own("a", locks)).rejects.toThrow("not allowed here");
  });
});
