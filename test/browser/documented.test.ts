import "../../scripts/quiet.mjs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type ServedExample, serveExample } from "../e2e/examples/served.ts";
import { launchChromium } from "./chromium.ts";

/** Where the guides say that the Worker listens. */
const DOCUMENTED = "http://localhost:8787";
const SNIPPETS = "../../examples/snippets";

const vars = { STREAM_TOKEN: "secret" };
const network = globalThis.fetch;

let readme: ServedExample;
let guide: ServedExample;
let browser: Browser;

beforeAll(async () => {
  [readme, guide, browser] = await Promise.all([
    serveExample("snippets/readme", { vars }),
    serveExample("snippets/getting-started", { vars }),
    launchChromium(),
  ]);
});

afterAll(async () => {
  await Promise.all([readme.close(), guide.close(), browser.close()]);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.resetModules();
});

/** Runs a script of the guides as it is, against a server that listens elsewhere. */
async function run(script: string, { origin }: ServedExample): Promise<void> {
  vi.resetModules();
  vi.stubGlobal("fetch", async ({ url, method, headers, body, signal }: Request) =>
    network(url.replace(DOCUMENTED, origin), {
      method,
      headers,
      signal,
      ...(body !== null && { body: new Uint8Array(await new Response(body).arrayBuffer()) }),
    }),
  );
  await import(`${SNIPPETS}/${script}`);
}

test("the README's client writes to the README's Worker, and reads what it wrote", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await run("readme/client.ts", readme);
  expect(log.mock.calls).toEqual([
    ["ada: hello"],
    [{ stream: expect.any(String), offset: expect.any(String), index: 0 }],
  ]);
  log.mockClear();
  await run("readme/client.ts", readme);
  expect(log.mock.calls.slice(0, -1)).toEqual([["ada: hello"], ["ada: hello"]]);
});

test("the README's Worker is closed to whoever has no token", async () => {
  expect((await network(`${readme.origin}/v1/stream/chat`)).status).toBe(401);
});

test("the page of getting-started follows its writer, and resumes after a reload with no message lost or doubled", async () => {
  const entry = fileURLToPath(new URL(`${SNIPPETS}/getting-started/page/main.ts`, import.meta.url));
  const bundle = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
  const page = await browser.newPage();
  await page.route("**/main.js", (route) =>
    route.fulfill({ contentType: "text/javascript", body: bundle.outputFiles[0]?.text ?? "" }),
  );
  const shown = () => page.locator("pre").textContent();
  const once = "ada: hello\nada: is\nada: anybody\nada: here?\n";

  await run("getting-started/write.ts", guide);
  await page.goto(guide.origin);
  await expect.poll(shown, { timeout: 20_000 }).toBe(once);
  await run("getting-started/write.ts", guide);
  await expect.poll(shown, { timeout: 20_000 }).toBe(once.repeat(2));

  await page.goto("about:blank");
  await run("getting-started/write.ts", guide);
  await page.goBack();
  await expect.poll(shown, { timeout: 20_000 }).toBe(once.repeat(3));
  await page.reload();
  await run("getting-started/write.ts", guide);
  await expect.poll(shown, { timeout: 20_000 }).toBe(once.repeat(4));
});

test("the Worker of getting-started refuses what the contract refuses", async () => {
  const response = await network(`${guide.origin}/v1/stream/chats/lobby`, {
    method: "POST",
    headers: { Authorization: "Bearer secret", "Content-Type": "application/json" },
    body: '{"from":"eve","text":7}',
  });
  expect([response.status, await response.json()]).toEqual([
    400,
    expect.objectContaining({ code: "InvalidMessageError", issues: [expect.objectContaining({ path: [0, "text"] })] }),
  ]);
});
