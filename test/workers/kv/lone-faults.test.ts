import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { StreamStore } from "../../../src/server/storage/index.ts";
import { KVStore } from "../../../src/server/storage/kv/index.ts";
import { append, bytes, contentOf, create, refusalTag } from "../../storage/contract/support.ts";
import { faulty, healthy, StorageFault, seeded } from "../shared/faults.ts";
import { HastyClock } from "../shared/hasty-clock.ts";
import { freshPrefix } from "./harness.ts";
import { type Around, intercept } from "./intercept.ts";
import { staleReads } from "./stale-reads.ts";

function bed() {
  const prefix = freshPrefix();
  const clock = new HastyClock();
  const open = (around: Around) => new KVStore(intercept(env.KV, around), { prefix, clock });
  return { clock, open };
}

/** What a reader sees, which must be a beginning of what was written, however old. */
async function seen(store: StreamStore): Promise<string> {
  const { streamId } = await store.head("s");
  const content = await contentOf(store, "s");
  return streamId.length > 0 ? content : "";
}

describe("alone with a KV", () => {
  test.each([1, 2, 3])(
    "that fails, forgets its answers and dawdles, one writer loses and doubles nothing (seed %i)",
    async (seed) => {
      const { open } = bed();
      const random = seeded(seed);
      const writer = open(faulty({ before: 0.1, after: 0.1, late: 0, slow: 0.1 }, random));
      const reader = open(faulty({ before: 0.1, after: 0, late: 0, slow: 0.1 }, random));
      await create(writer, "s");
      let whole = "";
      for (let i = 0; i < 60; i++) {
        const text = `${i},`.padStart(1 + Math.floor(random() * 9000), ".");
        await append(writer, "s", text, i % 2 === 0 ? { producer: { id: "p", epoch: 0, seq: i / 2 } } : {});
        whole += text;
        if (i % 5 === 0) expect(await seen(reader)).toBe(whole);
      }
      expect(await contentOf(open(healthy), "s")).toBe(whole);
    },
  );

  test("that delivers an immutable value late, after it said that it failed, nothing changes", async () => {
    const { open } = bed();
    const random = seeded(4);
    const late = faulty({ before: 0, after: 0, late: 0.4, slow: 0.2 }, random);
    const writer = open((run, call) => (call.key.includes("/path/") ? run() : late(run, call)));
    await create(writer, "s");
    let whole = "";
    for (let i = 0; i < 30; i++) {
      const text = `${i},`.padStart(30_000, ".");
      await append(writer, "s", text);
      whole += text;
    }
    expect(await contentOf(open(healthy), "s")).toBe(whole);
  });

  test("that shows old values, the writer goes by what it wrote", async () => {
    const { open } = bed();
    let isStale = false;
    const writer = open(staleReads(() => isStale));
    await create(writer, "s");
    await append(writer, "s", "a");
    isStale = true;
    for (const text of ["b", "c", "d"]) await append(writer, "s", text);
    expect(await contentOf(writer, "s")).toBe("abcd");
    expect(await contentOf(open(healthy), "s")).toBe("abcd");
  });

  test("that shows old values, the writer knows them for old among hundreds of other streams", async () => {
    const { open } = bed();
    let isStale = false;
    const writer = open(staleReads(() => isStale));
    await create(writer, "s");
    await append(writer, "s", "a");
    for (let i = 0; i < 256; i++) await create(writer, `other/${i}`);
    isStale = true;
    expect(await refusalTag(append(writer, "s", "b"))).toBe("UnavailableError");
    isStale = false;
    await append(writer, "s", "c");
    expect(await contentOf(open(healthy), "s")).toBe("ac");
  });

  test("that shows old values, a reader sees an old stream without a hole, and goes on from there", async () => {
    const { open } = bed();
    let isStale = false;
    const writer = open(healthy);
    const reader = open(staleReads(() => isStale));
    await create(writer, "s", { data: bytes("x".repeat(100_000)) });
    const page = await reader.read("s");
    isStale = true;
    await append(writer, "s", "y".repeat(100_000));
    expect(await contentOf(reader, "s")).toBe("x".repeat(100_000));
    isStale = false;
    expect(await contentOf(reader, "s", page.nextOffset)).toBe("y".repeat(100_000));
  });

  test("that does not have a chunk yet, a reader fails with 503, and reads on when it has", async () => {
    const { open } = bed();
    let isMissing = true;
    const writer = open(healthy);
    await create(writer, "s", { data: bytes("x".repeat(100_000)) });
    const reader = open(
      async <T>(run: () => Promise<T>, { key }: { key: string }): Promise<T> =>
        // What a namespace answers for a key that it does not know.
        isMissing && key.includes("/chunk/") ? (null as T) : run(),
    );
    expect(await refusalTag(contentOf(reader, "s"))).toBe("UnavailableError");
    isMissing = false;
    expect(await contentOf(reader, "s")).toHaveLength(100_000);
  });

  const lost: [what: string, around: Around][] = [
    ["is lost", () => Promise.reject(new StorageFault("The call never arrived"))],
    ["takes effect, but nobody hears of it", (run) => run().then(() => Promise.reject(new StorageFault("No answer")))],
  ];
  test.each(lost)("whose every answer to a commit %s, the next append comes behind that one", async (_what, around) => {
    const { open } = bed();
    let isDown = false;
    const writer = open((run, call) => (isDown && call.operation === "put" ? around(run, call) : run()));
    await create(writer, "s");
    isDown = true;
    await expect(append(writer, "s", "a")).rejects.toThrow();
    isDown = false;
    await append(writer, "s", "b");
    expect(await contentOf(writer, "s")).toBe("ab");
    expect(await contentOf(open(healthy), "s")).toBe("ab");
  });

  test("that is down, an append fails with 503 before anything was written", async () => {
    const { open } = bed();
    await create(open(healthy), "s");
    const writer = open(() => Promise.reject(new StorageFault("down")));
    expect(await refusalTag(append(writer, "s", "a"))).toBe("UnavailableError");
    expect(await contentOf(open(healthy), "s")).toBe("");
  });

  test("many appends at once by one instance are all made, in the order of their offsets", async () => {
    const { open } = bed();
    const writer = open(faulty({ before: 0.05, after: 0.05, late: 0, slow: 0.1 }, seeded(5)));
    await create(writer, "s");
    const texts = Array.from({ length: 100 }, (_, i) => `${String(i).padStart(3, "0")},`);
    const results = await Promise.all(texts.map((text) => append(writer, "s", text)));
    const content = await contentOf(open(healthy), "s");
    for (const [at, text] of texts.entries()) {
      const end = Number.parseInt(results[at]?.nextOffset.split("_")[1] ?? "", 16);
      expect(content.slice(end - 4, end)).toBe(text);
    }
    expect(content).toHaveLength(400);
  });
});
