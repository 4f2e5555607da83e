import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type DevServer, startDevServer } from "../../scripts/dev-server.ts";
import { launchChromium } from "./chromium.ts";

const SCREENSHOTS = fileURLToPath(new URL("../../node_modules/.cache/screenshots/", import.meta.url));

let server: DevServer;
let browser: Browser;
let context: BrowserContext;
let failures: string[];
let streams = 0;

beforeAll(async () => {
  [server, browser] = await Promise.all([startDevServer({ port: 0, persist: false }), launchChromium()]);
});

afterAll(async () => {
  await Promise.all([browser.close(), server.stop()]);
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1_000, height: 900 } });
  failures = [];
  context.on("weberror", (error) => failures.push(String(error.error())));
  context.on("console", (message) => {
    if (message.type() === "error") failures.push(message.text());
  });
});

afterEach(async () => {
  await context.close();
});

/** A name that no other test uses. */
function freshName(): string {
  streams += 1;
  return `rooms/page test ${streams}`;
}

function urlOf(name: string): string {
  return `${server.origin}/v1/stream/${name.split("/").map(encodeURIComponent).join("/")}`;
}

async function openPage(hash = ""): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${server.origin}/${hash}`);
  return page;
}

async function createOn(page: Page, name: string, contentType = "application/json"): Promise<void> {
  await page.getByRole("textbox", { name: "Stream" }).fill(name);
  await page.getByLabel("Content type").selectOption(contentType);
  await page.getByRole("button", { name: "Create or open" }).click();
  await page.getByText("Live", { exact: true }).waitFor();
}

async function append(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.keyboard.press("Enter");
}

/** Waits for an entry with this text, then returns the texts of all. */
async function entriesUntil(page: Page, text: string): Promise<string[]> {
  await page.locator("#entries .text", { hasText: text }).last().waitFor();
  return page.locator("#entries .text").allTextContents();
}

function post(name: string, body: string, contentType = "application/json"): Promise<Response> {
  return fetch(urlOf(name), { method: "POST", headers: { "Content-Type": contentType }, body });
}

describe("several tabs", () => {
  test("what one tab appends is seen in every tab, in order and once", async () => {
    const name = freshName();
    const first = await openPage();
    await createOn(first, name);
    const second = await openPage(`#${encodeURIComponent(name)}`);
    await second.getByText("Live", { exact: true }).waitFor();
    await append(first, '{"from":"first"}');
    await entriesUntil(second, "first");
    await append(second, '{"from":"second"}');
    const seen = ['{"from":"first"}', '{"from":"second"}'];
    expect(await entriesUntil(first, "second")).toEqual(seen);
    expect(await entriesUntil(second, "second")).toEqual(seen);
    expect(failures).toEqual([]);
  });

  test("closing in one tab ends the other", async () => {
    const name = freshName();
    const first = await openPage();
    await createOn(first, name);
    const second = await openPage(`#${encodeURIComponent(name)}`);
    await second.getByText("Live", { exact: true }).waitFor();
    first.once("dialog", (dialog) => dialog.accept());
    await first.getByRole("button", { name: "Close stream…" }).click();
    await second.locator(".state", { hasText: "Closed" }).waitFor();
    expect(await second.getByLabel("Message", { exact: true }).isVisible()).toBe(false);
    expect((await post(name, "1")).status).toBe(409);
    expect(failures).toEqual([]);
  });
});

describe("resuming", () => {
  test("a reload goes on at the offset where the page was, without a duplicate", async () => {
    const name = freshName();
    const page = await openPage();
    await createOn(page, name);
    await post(name, '["one","two"]');
    await entriesUntil(page, "two");
    const offset = await page.locator("#fact-offset").textContent();
    const reads: (string | null)[] = [];
    page.on("request", (request) => {
      const query = new URL(request.url()).searchParams;
      if (query.has("live")) reads.push(query.get("offset"));
    });
    await page.reload();
    await page.getByText("Live", { exact: true }).waitFor();
    await post(name, '"three"');
    expect(await entriesUntil(page, "three")).toEqual(['"one"', '"two"', '"three"']);
    expect(reads[0]).toBe(offset);
    expect(failures).toEqual([]);
  });

  test("messages that arrive while the network is away are there when it is back, once", async () => {
    const name = freshName();
    const page = await openPage();
    await createOn(page, name);
    await post(name, '"before"');
    await entriesUntil(page, "before");
    await page.route("**/v1/**", (route) => route.abort());
    await page.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: true, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await post(name, '"meanwhile"');
    await page.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: false, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await page.getByText("Reconnecting…").waitFor();
    await page.unroute("**/v1/**");
    await page.evaluate(() => dispatchEvent(new Event("online")));
    expect(await entriesUntil(page, "meanwhile")).toEqual(['"before"', '"meanwhile"']);
  });

  test("a stream that was deleted and created again starts over", async () => {
    const name = freshName();
    const page = await openPage();
    await createOn(page, name);
    await append(page, '"old"');
    await entriesUntil(page, "old");
    await fetch(urlOf(name), { method: "DELETE" });
    await page.locator(".state", { hasText: "Deleted" }).waitFor();
    await fetch(urlOf(name), { method: "PUT", headers: { "Content-Type": "application/json" } });
    await post(name, '"new"');
    await page.reload();
    expect(await entriesUntil(page, "new")).toEqual(['"new"']);
  });
});

describe("messages", () => {
  test("are shown as text, never as markup, and exactly as they were written", async () => {
    const name = freshName();
    const page = await openPage();
    await createOn(page, name);
    const messages = [
      '"<img src=x onerror=alert(1)>"',
      "12345678901234567890",
      '{"a":1,"a":[2,"],"]}',
      '"\\ud800 \\" ,"',
    ];
    await post(name, `[${messages.join(",")}]`);
    expect(await entriesUntil(page, "ud800")).toEqual(messages);
    expect(await page.locator("#entries img").count()).toBe(0);
    expect(failures).toEqual([]);
  });

  test("words that are no JSON are appended as a string, and the page says so before", async () => {
    const page = await openPage();
    await createOn(page, freshName());
    await page.getByLabel("Message", { exact: true }).fill("hello there");
    expect(await page.locator("#hint").textContent()).toContain('"hello there"');
    await page.keyboard.press("Enter");
    expect(await entriesUntil(page, "hello")).toEqual(['"hello there"']);
  });

  test("what the server refuses is explained and given back to be corrected", async () => {
    const page = await openPage();
    await createOn(page, freshName());
    await append(page, '{"a":1,}');
    await page.getByRole("alert").filter({ hasText: "Not appended" }).waitFor();
    expect(await page.getByLabel("Message", { exact: true }).inputValue()).toBe('{"a":1,}');
    await append(page, '{"a":1}');
    expect(await entriesUntil(page, '{"a":1}')).toEqual(['{"a":1}']);
  });

  test("of a text stream are its lines, whatever pieces it arrives in", async () => {
    const name = freshName();
    const page = await openPage();
    await createOn(page, name, "text/plain");
    await append(page, "first");
    await post(name, "sec", "text/plain");
    await post(name, "ond\n\n fourth", "text/plain");
    expect(await entriesUntil(page, "fourth")).toEqual(["first", "second", "", " fourth"]);
  });

  test("of a binary stream are its bytes", async () => {
    const name = freshName();
    const page = await openPage();
    await createOn(page, name, "application/octet-stream");
    await append(page, "hé");
    expect(await entriesUntil(page, "68")).toEqual(["68 c3 a9"]);
  });

  test("beyond the last 500 are counted and not shown", async () => {
    const name = freshName();
    const page = await openPage();
    await createOn(page, name);
    await post(name, JSON.stringify(Array.from({ length: 3_000 }, (_, index) => index + 1)));
    const shown = await entriesUntil(page, "3000");
    expect([shown.length, shown[0]]).toEqual([500, "2501"]);
    expect(await page.locator("#log-note").textContent()).toContain("2,500");
    expect(await page.locator("#fact-count").textContent()).toBe("3,000");
  });
});

describe("use", () => {
  test("a stream is created, written and closed with the keyboard alone", async () => {
    const name = freshName();
    const page = await openPage();
    await page.keyboard.press("Tab");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
    await page.getByText("Live", { exact: true }).waitFor();
    await page.keyboard.type("typed");
    await page.keyboard.press("Enter");
    expect(await entriesUntil(page, "typed")).toEqual(['"typed"']);
    const dialog = page.waitForEvent("dialog");
    page.once("dialog", (asked) => asked.accept());
    // Back from the message over the log to the button.
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await dialog;
    await page.locator(".state", { hasText: "Closed" }).waitFor();
    expect(failures).toEqual([]);
  });

  test("a stream that exists with another content type is opened as it is", async () => {
    const name = freshName();
    const page = await openPage();
    await createOn(page, name, "text/plain");
    await page.getByLabel("Content type").selectOption("application/json");
    await page.getByRole("button", { name: "Create or open" }).click();
    await page.getByRole("alert").filter({ hasText: "opened as it is" }).waitFor();
    expect(await page.locator("#fact-type").textContent()).toBe("text/plain");
  });

  test("the page fits a narrow window", async () => {
    const page = await openPage();
    await page.setViewportSize({ width: 360, height: 740 });
    await createOn(page, freshName());
    await append(page, "x".repeat(500));
    await entriesUntil(page, "xxx");
    await append(page, "{");
    await page.getByRole("alert").filter({ hasText: "Not appended" }).waitFor();
    await mkdir(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: `${SCREENSHOTS}narrow.png`, fullPage: true });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  test.each(["light", "dark"] as const)("a picture of the page, %s", async (colorScheme) => {
    const page = await openPage();
    await page.emulateMedia({ colorScheme });
    await createOn(page, `orders-${colorScheme}`);
    for (const id of [12345678901234567890n, 2n, 3n])
      await post(`orders-${colorScheme}`, `{"order":${id},"paid":true}`);
    await entriesUntil(page, "3");
    await page.getByText("The same from a terminal").click();
    await page.getByLabel("Message", { exact: true }).fill("shipped");
    await mkdir(SCREENSHOTS, { recursive: true });
    const picture = await page.screenshot({ path: `${SCREENSHOTS}${colorScheme}.png`, fullPage: true });
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(picture.length).toBeGreaterThan(10_000);
    expect(ground).toBe(colorScheme === "light" ? "rgb(244, 245, 243)" : "rgb(19, 23, 22)");
  });
});
