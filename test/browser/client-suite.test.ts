import { afterAll, beforeAll, expect, test } from "vitest";
import { ServedSmallPages } from "../e2e/served-worker.ts";
import { launchChromium } from "./chromium.ts";
import { bundleSuite } from "./client-suite/bundle.ts";
import type { TestOutcome } from "./client-suite/page.ts";
import { type PageServer, servePage } from "./page-server.ts";

let server: ServedSmallPages;
let page: PageServer;

beforeAll(async () => {
  const [worker, script] = await Promise.all([ServedSmallPages.start(), bundleSuite()]);
  server = worker;
  page = await servePage(script);
});

afterAll(async () => {
  page.close();
  await server.stop();
});

test("the client's suite passes in Chromium", async () => {
  await using browser = await launchChromium();
  const tab = await browser.newPage();
  await tab.goto(`${page.url}?worker=${server.origin}`);
  const outcomes: TestOutcome[] = await tab.evaluate("runSuite()");
  const failed = outcomes.filter(({ state }) => state !== "pass");
  console.log(`${outcomes.length} tests of ${new Set(outcomes.map(({ file }) => file)).size} files ran in Chromium`);
  expect(failed).toEqual([]);
  expect(outcomes.length).toBeGreaterThan(300);
}, 120_000);
