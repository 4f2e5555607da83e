import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { append, createOn, entriesUntil, fact, freshName, isLive, Stage } from "./stage.ts";

let stage: Stage;
let name: string;

beforeAll(async () => {
  stage = await Stage.build();
});
afterAll(() => stage.tearDown());
beforeEach(async () => {
  name = freshName();
  await stage.enter();
});
afterEach(() => stage.leave());

describe("several tabs", () => {
  test("what one tab appends is seen in every tab, in order and once", async () => {
    const first = await stage.openPage();
    await createOn(first, name);
    const second = await stage.openPage(name);
    for (let n = 0; n < 10; n += 1) {
      await append(n % 2 === 0 ? first : second, `{"n":${n}}`);
      await Promise.all([entriesUntil(first, n + 1), entriesUntil(second, n + 1)]);
    }
    const expected = Array.from({ length: 10 }, (_, n) => `{"n":${n}}`);
    expect(await entriesUntil(first, 10)).toEqual(expected);
    expect(await entriesUntil(second, 10)).toEqual(expected);
    expect(await stage.contents(name)).toBe(`[${expected}]`);
    expect(stage.failures).toEqual([]);
  });

  test("a tab that was copied writes in its own name", async () => {
    await stage.create(name);
    const first = await stage.openPage(name);
    const opening = stage.context.waitForEvent("page");
    // Unlike a link to a new tab, this one takes a copy of the tab's storage along.
    await first.evaluate(() => void open(location.href));
    const copy = await opening;
    await isLive(copy);
    for (const page of [first, copy, first, copy]) await append(page, page === first ? '"first"' : '"copy"');
    const entries = await entriesUntil(first, 4);
    expect(entries.toSorted()).toEqual(['"copy"', '"copy"', '"first"', '"first"']);
    await fact(copy, "unsent", "none");
    expect(stage.failures).toEqual([]);
  });

  test("closing in one tab ends the other", async () => {
    await stage.create(name);
    const [first, second] = [await stage.openPage(name), await stage.openPage(name)];
    await append(first, '"last"');
    await first.getByRole("button", { name: "Close…" }).click();
    await first.getByRole("button", { name: "Close it" }).click();
    await second.locator("#state", { hasText: "Closed" }).waitFor();
    await second.getByText("Closed for good with 1 message.").waitFor();
    await fact(second, "closed", "yes");
    expect(await second.getByLabel("Message", { exact: true }).isVisible()).toBe(false);
    expect(await stage.post(name, "1")).toBe(409);
    expect(stage.failures).toEqual([]);
  });

  test("deleting in one tab is told in the other, which keeps what it read", async () => {
    await stage.create(name);
    const [first, second] = [await stage.openPage(name), await stage.openPage(name)];
    await append(first, '"gone soon"');
    await entriesUntil(second, 1);
    await first.getByRole("button", { name: "Delete…" }).click();
    await first.getByRole("button", { name: "Delete it" }).click();
    await second.locator("#state", { hasText: "Deleted" }).waitFor();
    expect(await entriesUntil(second, 1)).toEqual(['"gone soon"']);
    expect(await second.getByLabel("Message", { exact: true }).isVisible()).toBe(false);
  });
});

describe("a stream", () => {
  test("that was closed can be deleted, and is said to be", async () => {
    await stage.create(name);
    await fetch(stage.urlOf(name), { method: "POST", headers: { "Stream-Closed": "true" } });
    const page = await stage.context.newPage();
    await page.goto(`${stage.origin}/#${encodeURIComponent(name)}`);
    await page.locator("#state", { hasText: "Closed" }).waitFor();
    await page.getByRole("button", { name: "Delete…" }).click();
    await page.getByRole("button", { name: "Delete it" }).click();
    await page.locator("#state", { hasText: "Deleted" }).waitFor();
    expect(await page.locator("#over").textContent()).toBe("The stream was deleted. What was read is above.");
    expect(await page.getByRole("button", { name: "Delete…" }).isVisible()).toBe(false);
  });

  test("that exists with another content type is opened as it is", async () => {
    await stage.create(name, "text/plain");
    const page = await stage.openPage();
    await createOn(page, name, "application/json");
    await page.getByRole("alert").filter({ hasText: "opened as it is" }).waitFor();
    await fact(page, "type", "text/plain");
  });

  test("that is not there is said to be missing, with what to do", async () => {
    const page = await stage.context.newPage();
    await page.goto(`${stage.origin}/#nowhere`);
    await page.getByRole("alert").filter({ hasText: "There is no stream “nowhere” yet. Create it above." }).waitFor();
  });

  test("is forked with all that it holds, and goes its own way", async () => {
    await stage.create(name);
    await stage.post(name, '["one","two"]');
    const page = await stage.openPage(name);
    await page.getByRole("button", { name: "Fork…" }).click();
    await page.getByLabel("Name of the new stream").fill(`${name} b`);
    await page.getByRole("button", { name: "Fork", exact: true }).click();
    await page.getByRole("heading", { name: `${name} b` }).waitFor();
    await append(page, '"three"');
    expect(await entriesUntil(page, 3)).toEqual(['"one"', '"two"', '"three"']);
    expect(await stage.contents(name)).toBe('["one","two"]');
  });

  test("that was deleted and created again starts over", async () => {
    await stage.create(name);
    const page = await stage.openPage(name);
    await append(page, '"old"');
    await entriesUntil(page, 1);
    await fetch(stage.urlOf(name), { method: "DELETE" });
    await page.locator("#state", { hasText: "Deleted" }).waitFor();
    await stage.create(name);
    await stage.post(name, '"new"');
    await page.reload();
    expect(await entriesUntil(page, 1)).toEqual(['"new"']);
    await append(page, '"newer"');
    expect(await entriesUntil(page, 2)).toEqual(['"new"', '"newer"']);
  });

  test("is described by position, cursor, and whether it is read to its end", async () => {
    await stage.create(name);
    await stage.post(name, '["one","two"]');
    const page = await stage.openPage(name);
    const { headers } = await fetch(stage.urlOf(name));
    await fact(page, "position", headers.get("Stream-Next-Offset") ?? "none");
    await fact(page, "cursor", /^\d+$/);
    await fact(page, "caught-up", "yes");
    await fact(page, "closed", "no");
    await fact(page, "count", "2");
    await fact(page, "unsent", "none");
  });
});

describe("messages", () => {
  test("are shown as text, never as markup, and exactly as they were written", async () => {
    const messages = [
      '"<img src=x onerror=alert(1)>"',
      "12345678901234567890",
      '{"a":1,"a":[2,"],"]}',
      '"\\ud800 \\" ,"',
    ];
    await stage.create(name);
    await stage.post(name, `[${messages.join(",")}]`);
    const page = await stage.openPage(name);
    await append(page, "98765432109876543210");
    expect(await entriesUntil(page, 5)).toEqual([...messages, "98765432109876543210"]);
    expect(await page.locator("#entries img").count()).toBe(0);
    expect(stage.failures).toEqual([]);
  });

  test("that are no JSON are appended as a string, and the page says so before", async () => {
    await stage.create(name);
    const page = await stage.openPage(name);
    await page.getByLabel("Message", { exact: true }).fill("hello there");
    expect(await page.locator("#hint").textContent()).toContain('"hello there"');
    await page.keyboard.press("ControlOrMeta+Enter");
    expect(await entriesUntil(page, 1)).toEqual(['"hello there"']);
  });

  test("that are JSON only in part are not appended, and the page says what is missing", async () => {
    await stage.create(name);
    const page = await stage.openPage(name);
    await append(page, '{"a":1,}');
    await page.locator("#hint.bad", { hasText: "Not JSON yet" }).waitFor();
    expect(await page.getByLabel("Message", { exact: true }).inputValue()).toBe('{"a":1,}');
    await append(page, '{"a":1}');
    expect(await entriesUntil(page, 1)).toEqual(['{"a":1}']);
  });

  test("that the server refuses are explained, kept, and sent with the next one", async () => {
    await stage.create(name);
    const page = await stage.openPage(name);
    stage.fault = { type: "refuse", status: 403 };
    await append(page, '"refused"');
    await page.getByRole("alert").filter({ hasText: "Not appended" }).waitFor();
    await fact(page, "unsent", "1");
    stage.fault = { type: "none" };
    await append(page, '"allowed"');
    expect(await entriesUntil(page, 2)).toEqual(['"refused"', '"allowed"']);
    await fact(page, "unsent", "none");
  });

  test("that the server refuses can be discarded, and hold up no other", async () => {
    await stage.create(name);
    const page = await stage.openPage(name);
    stage.fault = { type: "refuse", status: 403 };
    await append(page, '"refused"');
    await page.getByRole("button", { name: "Discard it" }).click();
    await fact(page, "unsent", "none");
    stage.fault = { type: "none" };
    await page.reload();
    await isLive(page);
    await append(page, '"next"');
    expect(await entriesUntil(page, 1)).toEqual(['"next"']);
    await fact(page, "unsent", "none");
    expect(await stage.contents(name)).toBe('["next"]');
  });

  test("that come too late for a stream that somebody has closed are told of, and forgotten", async () => {
    await stage.create(name);
    const page = await stage.openPage(name);
    stage.fault = { type: "lose request" };
    await append(page, '"too late"');
    await fact(page, "unsent", "1");
    await fetch(stage.urlOf(name), { method: "POST", headers: { "Stream-Closed": "true" } });
    stage.fault = { type: "none" };
    await page.getByRole("alert").filter({ hasText: "The stream is closed" }).waitFor();
    await fact(page, "unsent", "none");
    await page.reload();
    await page.locator("#state", { hasText: "Closed" }).waitFor();
    expect(await page.getByRole("alert").isVisible()).toBe(false);
    expect(await stage.contents(name)).toBe("[]");
  });

  test("of a text stream are its lines, whatever pieces it arrives in", async () => {
    const page = await stage.openPage();
    await createOn(page, name, "text/plain");
    await append(page, "first");
    await entriesUntil(page, 1);
    await stage.post(name, "sec", "text/plain");
    await stage.post(name, "ond\n\n fourth", "text/plain");
    expect(await entriesUntil(page, 4)).toEqual(["first", "second", "", " fourth"]);
  });

  test("of a binary stream are its bytes, in rows of 16, whatever pieces they arrive in", async () => {
    const page = await stage.openPage();
    await createOn(page, name, "application/octet-stream");
    await append(page, "hé");
    await entriesUntil(page, 1);
    await stage.post(name, "0123456789abcdef", "application/octet-stream");
    expect(await entriesUntil(page, 2)).toEqual(["68 c3 a9 30 31 32 33 34 35 36 37 38 39 61 62 63", "64 65 66"]);
  });

  test("of a stream of 100,000 are counted, and the last 500 are shown, while the page can be written on", async () => {
    await stage.create(name);
    await stage.post(name, JSON.stringify(Array.from({ length: 100_000 }, (_, index) => index + 1)));
    const page = await stage.openPage(name);
    await append(page, '"while it reads"');
    await fact(page, "count", "100,001");
    const entries = await entriesUntil(page, 500);
    expect([entries.length, entries[0], entries.at(-1)]).toEqual([500, "99502", '"while it reads"']);
    expect(await page.locator("#log-note").textContent()).toBe("99,501 earlier ones are not shown");
    expect(stage.failures).toEqual([]);
  });
});
