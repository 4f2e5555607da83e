import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { append, entriesUntil, fact, freshName, isLive, picture, Stage } from "./stage.ts";

let stage: Stage;
let name: string;

beforeAll(async () => {
  stage = await Stage.build();
});
afterAll(() => stage.tearDown());
beforeEach(async () => {
  name = freshName();
  await stage.enter();
  await stage.create(name);
});
afterEach(() => stage.leave());

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => String(from + n));

/** Appends numbers, four at a time. */
async function write(from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 4)
    await stage.post(name, JSON.stringify(numbers(n, Math.min(n + 4, to)).map(Number)));
}

/** The offsets that a page asks to be read from, as it asks. */
function offsetsAskedBy(page: Page): string[] {
  const offsets: string[] = [];
  page.on("request", (request) => {
    const offset = new URL(request.url()).searchParams.get("offset");
    if (offset !== null) offsets.push(offset);
  });
  return offsets;
}

/** No duplicate and no gap, said aloud. */
function report(what: string, entries: readonly string[]): void {
  const known = new Set(entries);
  const highest = Math.max(-1, ...entries.map(Number));
  const gaps = numbers(0, highest + 1).filter((n) => !known.has(n)).length;
  console.log(`${what}: ${entries.length} messages, ${entries.length - known.size} duplicates, ${gaps} gaps`);
}

describe("a reload", () => {
  test("in mid-stream goes on at the exact message, however often it happens", async () => {
    const page = await stage.openPage(name);
    const asked = offsetsAskedBy(page);
    for (let load = 1; load <= 4; load += 1) {
      const start = (load - 1) * 80;
      await write(start, start + 40);
      const before = await entriesUntil(page, start + 24);
      const requests = asked.length;
      // More comes while the page is being loaded.
      await Promise.all([page.reload(), write(start + 40, start + 80)]);
      await isLive(page);
      const after = await entriesUntil(page, start + 80);
      const resumed = await page.locator("li.resumed .text").allTextContents();
      report(
        `load ${load} had ${before.length}, the next asked from ${asked[requests]} and went on with ${resumed}`,
        after,
      );
      expect(after).toEqual(numbers(0, start + 80));
      expect(asked[requests]).not.toBe("-1");
      expect(Number(resumed[0] ?? before.length)).toBeGreaterThanOrEqual(before.length);
    }
    expect(stage.failures).toEqual([]);
  });

  test.each(["lose answer", "lose request"] as const)(
    "while messages are on their way appends them once (%s)",
    async (type) => {
      const page = await stage.openPage(name);
      stage.fault = { type };
      for (const n of numbers(0, 3)) await append(page, n);
      await fact(page, "unsent", /[1-3]/);
      await page.reload();
      stage.fault = { type: "none" };
      await isLive(page);
      await append(page, "3");
      await fact(page, "unsent", "none");
      const entries = await entriesUntil(page, 4);
      report(`writing, ${type}`, entries);
      expect(entries).toEqual(numbers(0, 4));
      expect(await stage.contents(name)).toBe("[0,1,2,3]");
    },
  );

  test("gives back what was typed and not appended", async () => {
    const page = await stage.openPage(name);
    await page.getByLabel("Message", { exact: true }).fill("half a thou");
    await page.reload();
    await isLive(page);
    expect(await page.getByLabel("Message", { exact: true }).inputValue()).toBe("half a thou");
  });
});

describe("without a network", () => {
  test("messages wait, and are appended once when it is back; what others wrote is there as well", async () => {
    const page = await stage.openPage(name);
    await append(page, "0");
    await entriesUntil(page, 1);
    await stage.context.setOffline(true);
    // A browser that is offline keeps the connections that it has.
    stage.cutConnections();
    await page.locator("#state", { hasText: "Offline" }).waitFor();
    for (const n of ["2", "3", "4"]) await append(page, n);
    await fact(page, "unsent", "3");
    await page.getByText("3 messages are kept in this browser").waitFor();
    await fact(page, "caught-up", "unknown");
    await picture(page, "offline");
    await stage.post(name, "1");
    expect(await entriesUntil(page, 1)).toEqual(["0"]);
    await stage.context.setOffline(false);
    const entries = await entriesUntil(page, 5);
    await fact(page, "unsent", "none");
    report("offline and online", entries);
    expect(entries).toEqual(numbers(0, 5));
    expect(await stage.contents(name)).toBe("[0,1,2,3,4]");
  });

  test("which the page can pretend, the same", async () => {
    const page = await stage.openPage(name);
    await page.getByRole("button", { name: "Pull the plug" }).click();
    await page.locator("#state", { hasText: "Offline" }).waitFor();
    await append(page, "1");
    await fact(page, "unsent", "1");
    await stage.post(name, "0");
    await page.getByRole("button", { name: "Put the plug back" }).click();
    const entries = await entriesUntil(page, 2);
    report("unplugged and plugged", entries);
    expect(entries).toEqual(["0", "1"]);
    await fact(page, "unsent", "none");
    expect(stage.failures).toEqual([]);
  });

  test("a tab that is closed leaves its messages to the next one that opens the stream", async () => {
    const page = await stage.openPage(name);
    stage.fault = { type: "lose request" };
    for (const n of numbers(0, 2)) await append(page, n);
    await fact(page, "unsent", "2");
    await page.close();
    stage.fault = { type: "none" };
    const next = await stage.openPage(name);
    const entries = await entriesUntil(next, 2);
    report("left by a closed tab", entries);
    expect(entries).toEqual(["0", "1"]);
  });
});
