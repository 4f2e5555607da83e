import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { type DevServer, startDevServer } from "../../../scripts/dev-server.ts";
import { type Fault, type FaultyProxy, NONE, startFaultyProxy } from "../../e2e/faulty-proxy.ts";
import { launchChromium } from "../chromium.ts";

/** Where pictures of the page go. They are build output: CI keeps the folder. */
const SCREENSHOTS = fileURLToPath(new URL("../../../test-output/screenshots/", import.meta.url));

let streams = 0;

/** A server with a page, a browser that looks at it, and a network in between on which anything may go wrong. */
export class Stage {
  readonly #server: DevServer;
  readonly #proxy: FaultyProxy;
  readonly #browser: Browser;
  #context: BrowserContext | undefined;
  /** What happens to a write (POST) on its way. */
  fault: Fault = NONE;
  /** What the pages complained of since {@link Stage.enter}. */
  readonly failures: string[] = [];

  private constructor(server: DevServer, proxy: FaultyProxy, browser: Browser) {
    this.#server = server;
    this.#proxy = proxy;
    this.#browser = browser;
  }

  /** Builds it for an example, `dev` unless named. */
  static async build(example = "dev"): Promise<Stage> {
    const [server, browser] = await Promise.all([
      startDevServer({ example, port: 0, persist: false }),
      launchChromium(),
    ]);
    const proxy = await startFaultyProxy(server.origin, ({ method }) => (method === "POST" ? stage.fault : NONE));
    const stage = new Stage(server, proxy, browser);
    return stage;
  }

  /** Starts over with a browser that knows nothing. */
  async enter(): Promise<void> {
    this.fault = NONE;
    this.failures.length = 0;
    this.#context = await this.#browser.newContext({ viewport: { width: 1_000, height: 900 } });
    this.#context.on("weberror", (error) => this.failures.push(String(error.error())));
    this.#context.on("console", (message) => {
      if (message.type() === "error") this.failures.push(message.text());
    });
  }

  /** Closes all tabs. */
  async leave(): Promise<void> {
    await this.#context?.close();
  }

  /** Takes everything down. */
  async tearDown(): Promise<void> {
    this.#proxy.close();
    await Promise.all([this.#browser.close(), this.#server.stop()]);
  }

  get context(): BrowserContext {
    if (this.#context === undefined) throw new Error("Nobody has entered");
    return this.#context;
  }

  /** Scheme, host and port that the page is served from. */
  get origin(): string {
    return this.#proxy.origin;
  }

  /** Opens a tab on the page, and a stream in it when one is named. */
  async openPage(name?: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(`${this.origin}/${name === undefined ? "" : `#${encodeURIComponent(name)}`}`);
    if (name !== undefined) await isLive(page);
    return page;
  }

  /** Where a stream lives, past the bad network. */
  urlOf(name: string): string {
    return `${this.#server.origin}/v1/stream/${name.split("/").map(encodeURIComponent).join("/")}`;
  }

  /** Creates a stream past the page. */
  async create(name: string, contentType = "application/json"): Promise<void> {
    await fetch(this.urlOf(name), { method: "PUT", headers: { "Content-Type": contentType } });
  }

  /** Appends past the page. */
  async post(name: string, body: string, contentType = "application/json"): Promise<number> {
    const response = await fetch(this.urlOf(name), { method: "POST", headers: { "Content-Type": contentType }, body });
    return response.status;
  }

  /** All that a stream holds, as text. */
  async contents(name: string): Promise<string> {
    return (await fetch(this.urlOf(name))).text();
  }

  /** Cuts every connection between browser and server. */
  cutConnections(): void {
    this.#proxy.cut();
  }
}

/** A name that no other test uses, with what has to be escaped in a URL. */
export function freshName(): string {
  streams += 1;
  return `rooms/page test ${streams}`;
}

/** Creates a stream on the page and waits until it is read. */
export async function createOn(page: Page, name: string, contentType = "application/json"): Promise<void> {
  await page.getByRole("textbox", { name: "Stream" }).fill(name);
  await page.getByLabel("Content type").selectOption(contentType);
  await page.getByRole("button", { name: "Create or open" }).click();
  await isLive(page);
}

/** Waits until the page follows its stream. */
export async function isLive(page: Page): Promise<void> {
  await page.getByText("Live", { exact: true }).waitFor();
}

/** Types a message and Enter. */
export async function append(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.keyboard.press("Enter");
}

/** The messages that the page shows, once there are so many. */
export async function entriesUntil(page: Page, count: number): Promise<string[]> {
  const texts = page.locator("#entries .text");
  await texts.nth(count - 1).waitFor();
  return texts.allTextContents();
}

/** Waits until one of the facts about the stream says something. */
export async function fact(page: Page, name: string, text: string | RegExp): Promise<void> {
  await page.locator(`#fact-${name}`).filter({ hasText: text }).waitFor();
}

/** Takes a picture of the whole page, and keeps it. */
export async function picture(page: Page, name: string): Promise<Buffer> {
  await mkdir(SCREENSHOTS, { recursive: true });
  return page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage: true, animations: "disabled" });
}
