import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { tokensFor } from "../../examples/ai-tokens/src/model.ts";
import { faintestText } from "./page/contrast.ts";
import { append, createOn, entriesUntil, picture, Stage } from "./page/stage.ts";

/** Builds the stage of an example for the tests of one block. */
function stageFor(example: string): () => Stage {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.build(example);
  });
  afterAll(() => stage.tearDown());
  beforeEach(() => stage.enter());
  afterEach(() => stage.leave());
  return () => stage;
}

describe("quickstart", () => {
  const stage = stageFor("quickstart");

  test("has chats whose messages are typed: from whom, and what", async () => {
    const first = await stage().openPage();
    expect(await first.getByRole("textbox", { name: "Stream" }).inputValue()).toBe("chats/lobby");
    await createOn(first, "chats/kitchen");
    const second = await stage().openPage("chats/kitchen");
    await append(first, "ada: is there coffee?");
    await entriesUntil(second, 1);
    await append(second, "bob: there is");
    expect(await entriesUntil(first, 2)).toEqual(["ada is there coffee?", "bob there is"]);
    expect(await stage().contents("chats/kitchen")).toBe(
      '[{"from":"ada","text":"is there coffee?"},{"from":"bob","text":"there is"}]',
    );
    await picture(first, "quickstart");
    expect(stage().failures).toEqual([]);
  });

  test("shows lines for a terminal that the contract takes", async () => {
    const page = await stage().openPage();
    await createOn(page, "chats/terminal");
    const [, body = ""] = /-d '(.+)'/.exec((await page.locator("#curl").textContent()) ?? "") ?? [];
    expect(await stage().post("chats/terminal", body)).toBe(204);
    expect(await entriesUntil(page, 1)).toEqual(["ada hello"]);
  });

  test("does not append what the contract refuses, and says what is wrong", async () => {
    const page = await stage().openPage();
    await createOn(page, "chats/strict");
    await append(page, "x".repeat(2_001));
    await page.locator("#hint.bad", { hasText: "2000" }).waitFor();
    expect(await stage().contents("chats/strict")).toBe("[]");
    // Past the page, the Worker keeps the same contract.
    expect(await stage().post("chats/strict", '{"from":""}')).toBe(400);
  });
});

describe("ai-tokens", () => {
  const stage = stageFor("ai-tokens");
  const textOf = async (page: Page): Promise<string> => (await page.locator("#text").textContent()) ?? "";
  const words = (page: Page, count: number) =>
    page.waitForFunction((least) => (document.querySelector("#text")?.textContent ?? "").length > least, count * 4);

  test("shows one answer in every tab, and a reload in the middle goes on at the word", async () => {
    const first = await stage().context.newPage();
    await first.goto(stage().origin);
    await first.getByLabel("Ask something").fill("What is left after a reload?");
    await first.keyboard.press("Enter");
    await words(first, 10);
    const second = await stage().context.newPage();
    await second.goto(first.url());
    const reads: URL[] = [];
    first.on("request", (request) => reads.push(new URL(request.url())));
    await first.reload();
    await words(first, 20);
    const kept = await first.locator("#resumed").textContent();
    await second.getByText("Finished").waitFor();
    await first.getByText("Finished").waitFor();
    const answer = tokensFor("What is left after a reload?").join("");
    console.log(`${kept} ${answer.length} characters in all, in both tabs`);
    expect([await textOf(first), await textOf(second)]).toEqual([answer, answer]);
    expect(Number(/behind the (\d+)/.exec(kept ?? "")?.[1])).toBeGreaterThan(40);
    // Nothing was asked for again, and the model neither.
    expect(reads.find(({ searchParams }) => searchParams.has("offset"))?.searchParams.get("offset")).not.toBe("-1");
    expect(reads.filter(({ pathname }) => pathname.startsWith("/api/"))).toEqual([]);
    expect(stage().failures).toEqual([]);
  });

  test.each(["light", "dark"] as const)("is readable in %s", async (colorScheme) => {
    const page = await stage().context.newPage();
    await page.emulateMedia({ colorScheme });
    await page.goto(stage().origin);
    await page.getByRole("button", { name: "Ask" }).click();
    await words(page, 10);
    await picture(page, `ai-tokens-${colorScheme}`);
    const { ratio, text } = await faintestText(page);
    expect(ratio, text).toBeGreaterThanOrEqual(4.5);
  });
});
