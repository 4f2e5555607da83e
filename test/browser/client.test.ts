import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Fault, type FaultyProxy, NONE, startFaultyProxy } from "../e2e/faulty-proxy.ts";
import { ServedSmallPages } from "../e2e/served-worker.ts";
import { launchChromium } from "./chromium.ts";
import type { PageState } from "./client/state.ts";
import { type PageServer, servePage } from "./page-server.ts";

const BAD_LUCK: readonly Fault[] = [
  NONE,
  { type: "lose answer" },
  { type: "cut answer", at: 300 },
  { type: "refuse", status: 503 },
  NONE,
  { type: "delay", there: 15, back: 15 },
  { type: "spoil answer" },
  { type: "repeat", afterMs: 5 },
  { type: "lose request" },
];

let server: ServedSmallPages;
let proxy: FaultyProxy;
let pages: PageServer;
let browser: Browser;
let context: BrowserContext;
let faults: Fault[] = [];
let streams = 0;
let path: string;

beforeAll(async () => {
  const entry = fileURLToPath(new URL("client/page.ts", import.meta.url));
  const [worker, chromium, { outputFiles }] = await Promise.all([
    ServedSmallPages.start(),
    launchChromium(),
    build({ entryPoints: [entry], bundle: true, write: false, format: "iife", target: "es2022" }),
  ]);
  server = worker;
  browser = chromium;
  pages = await servePage(outputFiles[0]?.text ?? "");
  // The questions that a browser asks before a cross-origin request are not what is put to the test.
  proxy = await startFaultyProxy(server.origin, ({ method }) =>
    method === "OPTIONS" ? NONE : (faults.shift() ?? NONE),
  );
});

afterAll(async () => {
  proxy.close();
  pages.close();
  await Promise.all([browser.close(), server.stop()]);
});

beforeEach(async () => {
  context = await browser.newContext();
  faults = [];
  streams += 1;
  path = `/v1/stream/page-${streams}.500`;
  await fetch(server.origin + path, { method: "PUT", headers: { "Content-Type": "application/json" } });
});

afterEach(async () => {
  await context.close();
});

async function openPage(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(pages.url);
  return page;
}

const call = (page: Page, name: "read" | "write", ...args: unknown[]): Promise<unknown> =>
  page.evaluate(`${name}(${[proxy.origin + path, ...args].map((value) => JSON.stringify(value)).join()})`);

const stateOf = (page: Page): Promise<PageState> => page.evaluate("state()");

/** Waits for something about the page's state, which is named `s`. */
async function until(page: Page, condition: string): Promise<PageState> {
  await page.waitForFunction(`(() => { const s = state(); return s.failures.length > 0 || (${condition}); })()`);
  return stateOf(page);
}

async function append(from: number, to: number): Promise<void> {
  const body = JSON.stringify(numbers(from, to));
  await fetch(server.origin + path, { method: "POST", headers: { "Content-Type": "application/json" }, body });
}

async function stored(): Promise<unknown[]> {
  const messages: unknown[] = [];
  let offset = "-1";
  for (let isTail = false; !isTail; ) {
    const page = await fetch(`${server.origin}${path}?offset=${offset}`);
    messages.push(...(await page.json()));
    offset = page.headers.get("Stream-Next-Offset") ?? "";
    isTail = page.headers.get("Stream-Up-To-Date") === "true";
  }
  return messages;
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

/** No duplicate and no gap, said aloud. */
function report(what: string, log: readonly number[]): void {
  const duplicates = log.length - new Set(log).size;
  const gaps = numbers(0, Math.max(-1, ...log) + 1).filter((n) => !log.includes(n)).length;
  console.log(`${what}: ${log.length} messages, ${duplicates} duplicates, ${gaps} gaps`);
}

test.each(["sse", "long-poll", "auto"])(
  "a page that is reloaded in mid-stream goes on at the exact message, reading by %s and writing",
  async (live) => {
    const page = await openPage();
    for (const reloadAt of [40, 110, 180]) {
      faults = Array.from({ length: 5 }, () => BAD_LUCK).flat();
      await call(page, "read", live);
      await call(page, "write", 260, false);
      await until(page, `s.log.length >= ${reloadAt}`);
      await page.reload();
    }
    await call(page, "read", live);
    await call(page, "write", 300, true);
    const { log, acknowledged, failures } = await until(page, `s.statuses.includes("closed")`);
    report(`reloads, ${live}`, log);
    expect(failures).toEqual([]);
    expect(log).toEqual(await stored());
    expect(log).toEqual(numbers(0, 300));
    expect(acknowledged.length).toBeGreaterThan(100);
  },
);

test("a page that goes offline in mid-stream goes on at the exact message when it is online", async () => {
  const page = await openPage();
  await call(page, "read", "sse");
  await append(0, 50);
  await until(page, `s.log.length === 50 && s.statuses.includes("live")`);
  await context.setOffline(true);
  // A browser that is offline keeps the connections that it has.
  proxy.cut();
  await until(page, `s.statuses.includes("retrying")`);
  await call(page, "write", 51, false);
  await append(50, 100);
  await context.setOffline(false);
  const { log, failures } = await until(page, "s.log.length >= 151");
  report("offline and online", log.slice(0, 100));
  expect(failures).toEqual([]);
  // What the page wrote while it was offline is there as well, behind what others wrote meanwhile.
  expect(log).toEqual([...numbers(0, 100), ...numbers(0, 51)]);
  expect(log).toEqual(await stored());
});

test("a page that is hidden reads nothing, and everything when it is shown", async () => {
  const page = await openPage();
  await call(page, "read", "sse");
  await append(0, 10);
  await until(page, `s.log.length === 10 && s.statuses.at(-1) === "live"`);
  await show(page, "hidden");
  await until(page, `s.statuses.at(-1) === "paused"`);
  await append(10, 30);
  const requests = proxy.faults.length;
  // Whatever was on its way would have arrived before this.
  await page.evaluate(`fetch(${JSON.stringify(proxy.origin + path)}, { method: "HEAD" })`);
  expect((await stateOf(page)).log).toHaveLength(10);
  expect(proxy.faults.length).toBe(requests + 1);
  await show(page, "visible");
  const { log } = await until(page, "s.log.length >= 30");
  report("hidden and shown", log);
  expect(log).toEqual(numbers(0, 30));
});

function show(page: Page, visibility: "hidden" | "visible"): Promise<unknown> {
  return page.evaluate((value) => {
    Object.defineProperty(document, "visibilityState", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, visibility);
}
