import { describe, expect, test } from "vitest";
import { SqliteStore } from "../../src/server/storage/sqlite/index.ts";
import { append, appendJson, bytes, contentOf, create, createJson, JSON_TYPE } from "../storage/contract/support.ts";
import { metered } from "./metered.ts";
import { inObject } from "./sqlite-harness.ts";

// An append remembers what it has left, and the next one does not ask. What is remembered may have become wrong.

const KIB = 1024;
/** So many bytes end a chunk, and the next append begins one. */
const SEALING = 16 * KIB;

const letters = (letter: string, count: number): string => letter.repeat(count);

/** Both ways in which an append is written: into the last chunk, and as a new one. */
describe.each([
  ["extends a chunk", 100],
  ["begins a chunk", SEALING],
])("an append that %s", (_name, before) => {
  const known = "a".repeat(before);

  /** A store that has appended, and knows it. */
  async function written(storage: DurableObjectStorage): Promise<SqliteStore> {
    const store = new SqliteStore(storage);
    await create(store, "s");
    await append(store, "s", letters("a", before - 1));
    await append(store, "s", letters("a", 1));
    return store;
  }

  test("follows what another store on the same storage has appended", () =>
    inObject(async (storage) => {
      const store = await written(storage);
      const other = new SqliteStore(storage);
      await append(other, "s", letters("b", 10));
      await append(store, "s", letters("c", 10));
      await append(store, "s", letters("d", SEALING));
      await append(other, "s", letters("e", 10));
      await append(store, "s", letters("f", 10));
      const expected = `${known}bbbbbbbbbbcccccccccc${"d".repeat(SEALING)}eeeeeeeeeeffffffffff`;
      expect(await contentOf(store, "s")).toBe(expected);
      expect(await contentOf(new SqliteStore(storage), "s")).toBe(expected);
    }));

  test("is refused by a stream that another store has closed", () =>
    inObject(async (storage) => {
      const store = await written(storage);
      await new SqliteStore(storage).append("s", new Uint8Array(0), { close: true });
      await expect(append(store, "s", letters("c", 1))).rejects.toMatchObject({ _tag: "StreamClosedError" });
      expect(await contentOf(store, "s")).toBe(known);
    }));

  test("is refused by a stream that another store has deleted", () =>
    inObject(async (storage) => {
      const store = await written(storage);
      await new SqliteStore(storage).delete("s");
      await expect(append(store, "s", letters("c", 1))).rejects.toMatchObject({ _tag: "StreamNotFoundError" });
    }));

  test("goes to the stream that another store has created in the place of the known one", () =>
    inObject(async (storage) => {
      const store = await written(storage);
      const other = new SqliteStore(storage);
      await other.delete("s");
      await create(other, "s");
      await append(other, "s", letters("n", before));
      await append(store, "s", letters("c", 1));
      expect(await contentOf(store, "s")).toBe(`${"n".repeat(before)}c`);
    }));

  test("follows what is left when a transaction around the store is rolled back", () =>
    inObject(async (storage) => {
      const store = await written(storage);
      const failing = storage.transaction(async () => {
        await append(store, "s", letters("x", 10));
        throw new Error("rolled back");
      });
      await expect(failing).rejects.toThrow("rolled back");
      await append(store, "s", letters("c", 10));
      await append(store, "s", letters("d", 10));
      expect(await contentOf(store, "s")).toBe(`${known}ccccccccccdddddddddd`);
      expect(await contentOf(new SqliteStore(storage), "s")).toBe(`${known}ccccccccccdddddddddd`);
    }));

  test("follows what is left when a chunk that it knows is rolled back", () =>
    inObject(async (storage) => {
      const store = await written(storage);
      const failing = storage.transaction(async () => {
        await append(store, "s", letters("x", 2 * SEALING));
        await append(store, "s", letters("y", 10));
        throw new Error("rolled back");
      });
      await expect(failing).rejects.toThrow("rolled back");
      await append(store, "s", letters("c", 10));
      expect(await contentOf(store, "s")).toBe(`${known}cccccccccc`);
    }));

  test("of a producer is stored with its number, or not at all", () =>
    inObject(async (storage) => {
      const store = await written(storage);
      const other = new SqliteStore(storage);
      const as = (seq: number) => ({ producer: { id: "p", epoch: 0, seq } });
      await append(store, "s", letters("b", 1), as(0));
      await append(store, "s", letters("c", 1), as(1));
      await append(other, "s", letters("d", 1), as(2));
      await append(store, "s", letters("d", 1), as(2));
      await append(store, "s", letters("e", 1), as(3));
      await expect(append(store, "s", letters("x", 1), as(5))).rejects.toMatchObject({ expected: 4 });
      await append(store, "s", letters("f", 1), as(4));
      expect(await contentOf(store, "s")).toBe(`${known}bcdef`);
      await append(other, "s", letters("f", 1), as(4));
      expect(await contentOf(other, "s")).toBe(`${known}bcdef`);
    }));

  test("with a Stream-Seq is compared with the last one that anybody stored", () =>
    inObject(async (storage) => {
      const store = await written(storage);
      const other = new SqliteStore(storage);
      await append(store, "s", letters("b", 1), { seq: "1" });
      await append(other, "s", letters("c", 1), { seq: "3" });
      await expect(append(store, "s", letters("x", 1), { seq: "2" })).rejects.toMatchObject({
        _tag: "SequenceConflictError",
      });
      await append(store, "s", letters("d", 1));
      await expect(append(store, "s", letters("x", 1), { seq: "3" })).rejects.toMatchObject({
        _tag: "SequenceConflictError",
      });
      await append(store, "s", letters("e", 1), { seq: "4" });
      expect(await contentOf(store, "s")).toBe(`${known}bcde`);
    }));
});

test("an append never goes to another stream that a rolled back one's number was given to", () =>
  inObject(async (storage) => {
    const store = new SqliteStore(storage);
    const failing = storage.transaction(async () => {
      await create(store, "s");
      await append(store, "s", "a");
      await append(store, "s", "b");
      throw new Error("rolled back");
    });
    await expect(failing).rejects.toThrow("rolled back");
    const other = new SqliteStore(storage);
    await createJson(other, "s");
    // As many bytes as the other stream had: a message and a comma.
    await appendJson(other, "s", "[1]");
    await expect(append(store, "s", "oops")).rejects.toMatchObject({ _tag: "ContentTypeMismatchError" });
    expect(await contentOf(other, "s")).toBe("1,");
  }));

test("a duplicate leaves what is known as it is", () =>
  metered(async ({ store, meter }) => {
    const as = (seq: number) => ({ producer: { id: "p", epoch: 0, seq } });
    await create(store, "s");
    await append(store, "s", "a", as(0));
    await append(store, "s", "b", as(1));
    await append(store, "s", "b", as(1));
    expect(await meter.cost(() => append(store, "s", "c", as(2)))).toMatchObject({ written: 2, read: 3 });
  }));

describe("a body that is refused", () => {
  test("is refused for the same reason when the decision is made again", () =>
    inObject(async (storage) => {
      const store = new SqliteStore(storage);
      await createJson(store, "s");
      await appendJson(store, "s", "[1]");
      // Framing in place has moved the first two messages when it comes to the third.
      const body = bytes('[ 1 , 2 , }  ,"]" ]');
      const refused = store.append("s", body, { contentType: JSON_TYPE, owned: true });
      await expect(refused).rejects.toMatchObject({ _tag: "InvalidJsonError", position: 10 });
      expect(await contentOf(store, "s")).toBe("1,");
    }));
});
