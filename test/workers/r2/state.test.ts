import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { R2Store } from "../../../src/server/storage/r2/index.ts";
import { append, contentOf, create, refusalTag } from "../../storage/contract/support.ts";
import { empty } from "./harness.ts";

const TIMEOUT_MS = 60_000;
const PRODUCERS = 150;

beforeEach(empty);

const from = (id: string, seq: number) => ({ producer: { id: `${id} ✓`, epoch: 0, seq } });

describe("a state that is too large for an object's metadata", () => {
  test(
    "is in the object, for the next instance as well, and behind what is rolled up",
    async () => {
      const store = new R2Store(env.BUCKET);
      await create(store, "s");
      for (let i = 0; i < PRODUCERS; i++) await append(store, "s", `${i},`, from(`p${i}`, 0));
      const content = Array.from({ length: PRODUCERS }, (_, i) => `${i},`).join("");
      const next = new R2Store(env.BUCKET);
      expect(await contentOf(next, "s")).toBe(content);
      for (const i of [0, 77, PRODUCERS - 1]) {
        expect(await append(next, "s", `${i},`, from(`p${i}`, 0))).toMatchObject({ appended: false });
        expect(await append(next, "s", "x", from(`p${i}`, 1))).toMatchObject({ appended: true });
      }
      expect(await contentOf(new R2Store(env.BUCKET), "s")).toBe(`${content}xxx`);
    },
    TIMEOUT_MS,
  );

  test("is bounded by a number of producers", async () => {
    const store = new R2Store(env.BUCKET, { maxProducers: 2 });
    await create(store, "s");
    await append(store, "s", "a", from("p", 0));
    await append(store, "s", "b", from("q", 0));
    expect(await refusalTag(append(store, "s", "c", from("r", 0)))).toBe("RateLimitedError");
  });
});
