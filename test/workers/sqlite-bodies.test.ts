import { describe, expect, test } from "vitest";
import { SqliteStore } from "../../src/server/storage/sqlite/index.ts";
import { MessageWalker } from "../../src/shared/index.ts";
import { append, bytes, bytesOf, contentOf, create, createJson, START } from "../storage/contract/support.ts";
import { standIn } from "./row-meter.ts";
import { inObject } from "./sqlite-harness.ts";

const MIB = 1024 * 1024;

interface Rows {
  readonly rows: number;
  readonly largest: number;
  readonly [column: string]: SqlStorageValue;
}

const rowsOf = (storage: DurableObjectStorage): Rows =>
  storage.sql.exec<Rows>("SELECT count(*) AS rows, max(length(data)) AS largest FROM dcs_chunks").one();

async function sha256(data: Uint8Array): Promise<string> {
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", data))].join();
}

/** Bytes without a pattern that a wrong cut could hide in. */
function noise(length: number): Uint8Array {
  const data = new Uint8Array(length);
  let state = 12_345;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    data[at] = state >>> 24;
  }
  return data;
}

describe("a body of 15 MiB", () => {
  test("of bytes becomes rows of at most 1 MiB and comes back as it was", () =>
    inObject(async (storage) => {
      const store = new SqliteStore(storage);
      const body = noise(15 * MIB);
      await store.put("s", { data: bytes("head") });
      await store.append("s", body, { contentType: "application/octet-stream" });
      expect(rowsOf(storage)).toEqual({ rows: 16, largest: MIB });
      const whole = await bytesOf(await store.read("s"));
      expect(await sha256(whole.subarray(4))).toBe(await sha256(body));
    }));

  test("of tiny JSON messages becomes rows of at most 1 MiB that each end with a message", () =>
    inObject(async (storage) => {
      const store = new SqliteStore(storage);
      await createJson(store, "s");
      const body = bytes(`[${"[],".repeat(5 * MIB - 1)}[]]`);
      await store.append("s", body, { contentType: "application/json", owned: true });
      const { rows, largest } = rowsOf(storage);
      expect(rows).toBe(16);
      expect(largest).toBeLessThanOrEqual(MIB);
      expect([...storage.sql.exec("SELECT DISTINCT lead FROM dcs_chunks")]).toEqual([{ lead: 0 }]);
      const walker = new MessageWalker();
      for await (const chunk of (await store.read("s")).chunks()) walker.scan(chunk, 0, chunk.length);
      expect(walker.messages).toBe(5 * MIB);
    }));

  test("of one JSON message becomes rows of at most 1 MiB, and one page whatever its limit", () =>
    inObject(async (storage) => {
      const store = new SqliteStore(storage);
      await createJson(store, "s", "[1]");
      const message = bytes(`"${"g".repeat(15 * MIB)}"`);
      await store.append("s", message, { contentType: "application/json" });
      await store.append("s", bytes("2"), { contentType: "application/json" });
      expect(rowsOf(storage).largest).toBe(MIB);
      const first = await store.read("s", { maxBytes: 1 });
      const second = await store.read("s", { offset: first.nextOffset, maxBytes: 1 });
      expect(await sha256((await bytesOf(second)).subarray(0, -1))).toBe(await sha256(message));
      expect(await contentOf(store, "s", second.nextOffset)).toBe("2,");
    }));

  test("is pulled in pieces of at most 1 MiB", () =>
    inObject(async (storage) => {
      const store = new SqliteStore(storage);
      await store.put("s", { data: new Uint8Array(15 * MIB) });
      const sizes: number[] = [];
      for await (const chunk of (await store.read("s")).chunks()) sizes.push(chunk.length);
      expect(Math.max(...sizes)).toBe(MIB);
    }));
});

describe("many middling bodies", () => {
  test("never make a row larger than 1 MiB", () =>
    inObject(async (storage) => {
      const store = new SqliteStore(storage);
      await create(store, "s");
      for (const size of [16_383, MIB, 16_383, MIB - 1, 1, MIB + 1, 500_000, 500_000, 500_000]) {
        await append(store, "s", "x".repeat(size));
      }
      expect(rowsOf(storage).largest).toBeLessThanOrEqual(MIB);
    }));
});

describe("a write that fails half way", () => {
  /** A storage whose statements fail from some point on. */
  function failing(storage: DurableObjectStorage) {
    const state = { pattern: "never", after: 0 };
    const exec = (query: string, ...bindings: unknown[]) => {
      if (query.includes(state.pattern)) {
        if (state.after === 0) throw new Error("The disk is full");
        state.after -= 1;
      }
      return storage.sql.exec(query, ...bindings);
    };
    return { state, storage: standIn(storage, { sql: standIn(storage.sql, { exec }) }) };
  }

  test("in the middle of several rows stores none of them", () =>
    inObject(async (storage) => {
      const { state, storage: broken } = failing(storage);
      const store = new SqliteStore(broken);
      const { nextOffset } = await create(store, "s", { data: bytes("before") });
      Object.assign(state, { pattern: "INSERT INTO dcs_chunks", after: 7 });
      await expect(append(store, "s", "x".repeat(15 * MIB))).rejects.toThrow("The disk is full");
      state.pattern = "never";
      expect((await store.head("s")).nextOffset).toBe(nextOffset);
      expect(await contentOf(store, "s")).toBe("before");
      expect(rowsOf(storage)).toEqual({ rows: 1, largest: 6 });
      await append(store, "s", "-after");
      expect(await contentOf(store, "s")).toBe("before-after");
    }));

  test("before the producer's row stores no bytes, and may be repeated", () =>
    inObject(async (storage) => {
      const { state, storage: broken } = failing(storage);
      const store = new SqliteStore(broken);
      await create(store, "s");
      const post = () => append(store, "s", "x", { producer: { id: "p", epoch: 0, seq: 0 } });
      state.pattern = "INSERT INTO dcs_producers";
      await expect(post()).rejects.toThrow("The disk is full");
      state.pattern = "never";
      expect(await contentOf(store, "s")).toBe("");
      expect(await post()).toMatchObject({ appended: true });
      expect(await contentOf(store, "s")).toBe("x");
    }));

  test("before it closes the stream leaves it open and as it was", () =>
    inObject(async (storage) => {
      const { state, storage: broken } = failing(storage);
      const store = new SqliteStore(broken);
      await create(store, "s");
      state.pattern = "UPDATE dcs_streams";
      await expect(append(store, "s", "x", { close: true })).rejects.toThrow("The disk is full");
      state.pattern = "never";
      expect(await store.read("s", { offset: START })).toMatchObject({ byteLength: 0, closed: false });
    }));

  test("while a stream is created leaves no stream", () =>
    inObject(async (storage) => {
      const { state, storage: broken } = failing(storage);
      const store = new SqliteStore(broken);
      state.pattern = "INSERT INTO dcs_chunks";
      await expect(create(store, "s", { data: bytes("x"), ttlSeconds: 9 })).rejects.toThrow("The disk is full");
      state.pattern = "never";
      expect(store.has("s")).toBe(false);
      expect(await store.maintain()).toBeUndefined();
      expect(store.isEmpty()).toBe(true);
    }));

  test("while a stream is removed leaves all of it", () =>
    inObject(async (storage) => {
      const { state, storage: broken } = failing(storage);
      const store = new SqliteStore(broken);
      await create(store, "s", { data: bytes("abc") });
      state.pattern = "DELETE FROM dcs_producers";
      await expect(store.delete("s")).rejects.toThrow("The disk is full");
      state.pattern = "never";
      expect(await contentOf(store, "s")).toBe("abc");
    }));
});

describe("an object", () => {
  test("holds nothing after its last stream is deleted, however large that was", () =>
    inObject(async (storage) => {
      const store = new SqliteStore(storage);
      await create(store, "s");
      for (let i = 0; i < 1500; i++) {
        await append(store, "s", "x".repeat(16_384), { producer: { id: `p${i}`, epoch: 0, seq: 0 } });
      }
      await store.delete("s");
      await store.maintain();
      expect(store.isEmpty()).toBe(true);
      expect(rowsOf(storage).rows).toBe(0);
      expect(storage.sql.exec("SELECT count(*) AS rows FROM dcs_producers").one()).toEqual({ rows: 0 });
    }));

  test("that was only asked for a stream that is not there holds no table", () =>
    inObject(async (storage) => {
      const store = new SqliteStore(storage);
      await store.head("s").catch(() => {});
      await store.delete("s").catch(() => {});
      await append(store, "s", "x").catch(() => {});
      await store.maintain();
      expect(store.isEmpty()).toBe(true);
      const tables = "SELECT count(*) AS tables FROM sqlite_master WHERE name LIKE 'dcs%'";
      expect(storage.sql.exec(tables).one()).toEqual({ tables: 0 });
    }));

  test("starts over after its storage was deleted", () =>
    inObject(async (storage) => {
      const store = new SqliteStore(storage);
      await create(store, "s", { data: bytes("old") });
      await bytesOf(await store.read("s"));
      const page = await store.read("s");
      await storage.deleteAll();
      store.reset();
      expect(store.has("s")).toBe(false);
      await create(store, "s", { data: bytes("new") });
      expect(await contentOf(store, "s")).toBe("new");
      await expect(bytesOf(page)).rejects.toMatchObject({ _tag: "StreamNotFoundError" });
    }));
});
