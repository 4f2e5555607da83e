import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { faintestText } from "./contrast.ts";
import { append, createOn, entriesUntil, freshName, isLive, picture, Stage } from "./stage.ts";

/** A browser that is slow to give out locks, until it is told. */
const LOCKS_THAT_WAIT = `
  const request = navigator.locks.request.bind(navigator.locks);
  const told = new Promise((resolve) => { globalThis.letLocksGo = resolve; });
  navigator.locks.request = (...args) => told.then(() => request(...args));
`;

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

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.id || (document.activeElement?.textContent ?? "").trim());

describe("with the keyboard alone", () => {
  test("a stream is created, written and closed", async () => {
    const page = await stage.openPage();
    await page.keyboard.press("Tab");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
    await isLive(page);
    // Whoever has created a stream is where it is written.
    expect(await focused(page)).toBe("message");
    await page.keyboard.type("typed");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("on two lines");
    await page.keyboard.press("Enter");
    expect(await entriesUntil(page, 1)).toEqual(['"typed\\non two lines"']);
    // Back from the message over the log and Delete to Close.
    for (let step = 0; step < 3; step += 1) await page.keyboard.press("Shift+Tab");
    expect(await focused(page)).toBe("close");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Close the stream?" }).waitFor();
    await page.keyboard.press("Escape");
    expect(await focused(page)).toBe("close");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("#state", { hasText: "Closed" }).waitFor();
    expect(stage.failures).toEqual([]);
  });

  test("what is typed before the page knows which tab it is in waits for that", async () => {
    const page = await stage.context.newPage();
    await page.addInitScript({ content: LOCKS_THAT_WAIT });
    await page.goto(stage.origin);
    await page.keyboard.press("Tab");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
    await page.evaluate("letLocksGo()");
    await isLive(page);
    expect(await page.locator("#title").textContent()).toBe(name);
    expect(new URL(page.url()).search).toBe("");
    expect(stage.failures).toEqual([]);
  });

  test("a question that follows another one at once has an answer of its own", async () => {
    await stage.create(name);
    const page = await stage.openPage(name);
    await page.evaluate(() => {
      const button = document.querySelector<HTMLButtonElement>("#close");
      button?.click();
      // The event that tells of it is still to come when the next question is asked.
      document.querySelector("dialog")?.close();
      button?.click();
    });
    await page.getByRole("button", { name: "Close it" }).click();
    await page.locator("#state", { hasText: "Closed" }).waitFor();
  });

  test("everything is reached in the order in which it is read, and seen when it is reached", async () => {
    await stage.create(name);
    const page = await stage.openPage(name);
    const order: string[] = [];
    for (let step = 0; step < 12; step += 1) {
      await page.keyboard.press("Tab");
      order.push(await focused(page));
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
      expect(outline, `the focus on ${order.at(-1)}`).toBe("solid");
    }
    expect(order).toEqual([
      "name",
      "content-type",
      "Create or open",
      "another-tab",
      "plug",
      "fork",
      "close",
      "delete",
      "log",
      "message",
      "Append",
      "The same from a terminal",
    ]);
  });

  test("every control has a name that is not its value", async () => {
    const page = await stage.openPage();
    await createOn(page, name);
    const names = await page.getByRole("main").ariaSnapshot();
    for (const control of ['textbox "Stream"', 'combobox "Content type"', 'textbox "Message"', 'region "Messages"']) {
      expect(names).toContain(control);
    }
  });
});

describe("with a screen reader", () => {
  test("many messages at once are announced in one go", async () => {
    await stage.create(name);
    const page = await stage.openPage(name);
    const said = await page.evaluateHandle(() => {
      const texts: (string | null)[] = [];
      const region = document.querySelector("#announcements");
      if (region !== null) {
        new MutationObserver(() => texts.push(region.textContent)).observe(region, { childList: true });
      }
      return texts;
    });
    await stage.post(name, JSON.stringify(Array.from({ length: 3_000 }, (_, index) => index)));
    await entriesUntil(page, 500);
    await page.locator("#announcements", { hasText: "new messages" }).waitFor({ state: "attached" });
    expect((await said.jsonValue()).length).toBeLessThan(5);
  });

  test("one message is read out", async () => {
    await stage.create(name);
    const page = await stage.openPage(name);
    await append(page, '"hello"');
    await page.locator("#announcements", { hasText: '"hello"' }).waitFor({ state: "attached" });
  });
});

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  test("every text stands out from its ground by at least 4.5 to 1", async () => {
    await stage.create(name);
    const page = await stage.openPage(name);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await append(page, '{"a":1}');
    await entriesUntil(page, 1);
    await page.getByText("The same from a terminal").click();
    const live = await faintestText(page);
    await page.getByRole("button", { name: "Pull the plug" }).click();
    await append(page, '{"a":');
    await page.locator("#hint.bad").waitFor();
    await page.locator("#state", { hasText: "Offline" }).waitFor();
    const offline = await faintestText(page);
    await page.getByRole("button", { name: "Close…" }).click();
    const asking = await faintestText(page);
    for (const { text, ratio } of [live, offline, asking]) expect(ratio, text).toBeGreaterThanOrEqual(4.5);
    console.log(`${colorScheme}: the faintest text is “${live.text}”, ${live.ratio.toFixed(2)} to 1`);
  });

  test("a picture is kept", async () => {
    const page = await stage.openPage();
    await page.emulateMedia({ colorScheme });
    const welcome = await picture(page, `welcome-${colorScheme}`);
    await createOn(page, `orders-${colorScheme}`);
    for (const id of ["12345678901234567890", "2", "3"]) await append(page, `{"order":${id},"paid":true}`);
    await entriesUntil(page, 3);
    await page.reload();
    await isLive(page);
    await append(page, '{"order":4,"paid":false}');
    await entriesUntil(page, 4);
    await page.getByText("The same from a terminal").click();
    await page.getByLabel("Message", { exact: true }).fill("shipped");
    const open = await picture(page, `open-${colorScheme}`);
    expect(Math.min(welcome.length, open.length)).toBeGreaterThan(10_000);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe(colorScheme === "light" ? "rgb(243, 245, 243)" : "rgb(17, 21, 20)");
  });
});

test("the page fits a narrow window", async () => {
  const page = await stage.openPage();
  await page.setViewportSize({ width: 360, height: 740 });
  await createOn(page, name);
  await append(page, `"${"x".repeat(500)}"`);
  await entriesUntil(page, 1);
  stage.fault = { type: "refuse", status: 403 };
  await append(page, '"refused"');
  await page.getByRole("alert").filter({ hasText: "Not appended" }).waitFor();
  await picture(page, "narrow");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});

test("nothing moves for whoever wants no motion", async () => {
  await stage.create(name);
  const page = await stage.openPage(name);
  const animation = (): Promise<string> =>
    page.locator("#state").evaluate((state) => getComputedStyle(state, "::before").animationName);
  expect(await animation()).toBe("breathe");
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await animation()).toBe("none");
});

test("the server tells browsers to run nothing but the page's own files", async () => {
  const { headers } = await fetch(stage.origin);
  const policy = headers.get("Content-Security-Policy") ?? "";
  expect(policy.split("; ")).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'"]));
  const page = await stage.openPage();
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.hasRun = true";
    document.body.append(script);
  });
  expect(await page.evaluate("globalThis.hasRun")).toBeUndefined();
});
