import { describe, expect, test } from "vitest";
import { check } from "./check/check.ts";
import { unit } from "./content.ts";
import { AFTERWARDS, type Answer, type AppendAsk, type Ask, History, type ReadAsk } from "./history.ts";
import type { Program } from "./program.ts";

const PROGRAM: Program = { seed: 0, kind: "bytes", pageBytes: 1000, eventBytes: 1000, clients: [], disturbances: [] };
const [ONE, TWO] = [unit("bytes", "1", 0), unit("bytes", "2", 0)];

/** An offset that sorts by its number. */
const offset = (length: number): string => String(length).padStart(4, "0");

/** A history written by hand, on a clock moved by hand. */
class Story {
  time = 0;
  readonly history = new History(() => this.time);

  /** A request and its answer, with nothing between them. */
  ask(name: string, ask: Ask, answer: Partial<Answer>): void {
    this.answer(this.history.begin(name, ask), answer);
  }

  answer(operation: ReturnType<History["begin"]>, answer: Partial<Answer>): void {
    operation.served = this.history.moment();
    this.history.answer(operation, { ...SILENT, ...answer });
  }

  create(path = "a", lifetime: { ttlMs?: number } = {}): void {
    const ask = {
      kind: "create",
      path,
      ttlMs: lifetime.ttlMs,
      expiresAt: undefined,
      closed: false,
      content: "",
    } as const;
    this.ask("create", ask, { status: 201, streamId: `id-${path}`, nextOffset: offset(0) });
  }

  append(
    name: string,
    content: string,
    tail: number,
    more: Partial<AppendAsk> = {},
    answer: Partial<Answer> = {},
  ): void {
    this.ask(name, appending(content, more), { status: 204, streamId: "id-a", nextOffset: offset(tail), ...answer });
  }

  read(name: string, content: string, answer: Partial<Answer> = {}, ask: Partial<ReadAsk> = {}): void {
    const nextOffset = offset(content.length);
    this.ask(
      name,
      { ...READ, ...ask },
      { status: 200, streamId: "id-a", nextOffset, upToDate: true, content, ...answer },
    );
  }

  violations(): string {
    return check(this.history, PROGRAM, 100).violations.join("\n");
  }
}

const SILENT: Answer = {
  status: 200,
  streamId: undefined,
  nextOffset: undefined,
  closed: false,
  upToDate: false,
  epoch: undefined,
  seq: undefined,
  expectedSeq: undefined,
  content: "",
};

const READ: ReadAsk = { kind: "read", path: "a", mode: "catch up", from: "-1", origin: undefined };

const appending = (content: string, more: Partial<AppendAsk> = {}): AppendAsk => ({
  kind: "append",
  path: "a",
  content,
  close: false,
  streamSeq: undefined,
  producer: undefined,
  wrongType: false,
  ...more,
});

describe("the checker accepts", () => {
  test("appends that are read in their order", () => {
    const story = new Story();
    story.create();
    story.append("first", ONE, ONE.length);
    story.append("second", TWO, ONE.length + TWO.length);
    story.read(AFTERWARDS, ONE + TWO);
    expect(story.violations()).toBe("");
  });

  test("an append without an answer that is there, and one that is not", () => {
    const story = new Story();
    story.create();
    story.history.begin("lost", appending(ONE)).served = story.history.moment();
    story.history.begin("unheard", appending(TWO)).served = story.history.moment();
    story.read(AFTERWARDS, TWO);
    expect(story.violations()).toBe("");
  });

  test("the end of a lifetime, a tenth late at most", () => {
    const story = new Story();
    story.create("a", { ttlMs: 1000 });
    story.time = 1050;
    story.read("early enough", "");
    story.time = 3000;
    story.ask("late", { kind: "head", path: "a" }, { status: 404 });
    expect(story.violations()).toBe("");
  });
});

describe("the checker finds", () => {
  test("an acknowledged append that is not there", () => {
    const story = new Story();
    story.create();
    story.append("first", ONE, ONE.length);
    story.read(AFTERWARDS, "");
    expect(story.violations()).toMatch("first was acknowledged by id-a and is not in it");
  });

  test("an append that is there twice", () => {
    const story = new Story();
    story.create();
    const producer = { id: "p", epoch: 0, seq: 0 };
    story.append("first", ONE, ONE.length, { producer }, { status: 200, epoch: 0, seq: 0 });
    story.read(AFTERWARDS, ONE + ONE);
    expect(story.violations()).toMatch("1 is 2 times in id-a, and may be 1 times");
  });

  test("a body that broke off and was stored", () => {
    const story = new Story();
    story.create();
    story.history.begin("broken", appending(ONE)).incomplete = true;
    story.read(AFTERWARDS, ONE);
    expect(story.violations()).toMatch("1 is 1 times in id-a, and may be 0 times");
  });

  test("appends in another order than they were made in", () => {
    const story = new Story();
    story.create();
    story.append("first", ONE, ONE.length);
    story.append("second", TWO, ONE.length + TWO.length);
    story.read(AFTERWARDS, TWO + ONE);
    expect(story.violations()).toMatch("first came before second, and is behind it in the log");
  });

  test("readers who saw different things", () => {
    const story = new Story();
    story.create();
    story.append("first", ONE, ONE.length);
    story.read("reader", TWO);
    story.read(AFTERWARDS, ONE);
    expect(story.violations()).toMatch(/afterwards read .* others/);
  });

  test("offsets that do not sort like what they stand for", () => {
    const story = new Story();
    story.create();
    story.read("reader", ONE, { nextOffset: offset(99) });
    story.read(AFTERWARDS, ONE + TWO, { nextOffset: offset(50) });
    expect(story.violations()).toMatch("is out of order");
  });

  test("an append behind the end of a closed stream", () => {
    const story = new Story();
    story.create();
    story.append("last", ONE, ONE.length, { close: true }, { closed: true });
    story.append("later", TWO, ONE.length + TWO.length);
    story.read(AFTERWARDS, ONE);
    story.read(AFTERWARDS, ONE + TWO);
    expect(story.violations()).toMatch("last heard that id-a ends at");
  });

  test("a stream that is gone although nobody deleted it", () => {
    const story = new Story();
    story.create();
    story.ask("later", { kind: "head", path: "a" }, { status: 404 });
    expect(story.violations()).toMatch("later was told 404, and nobody had deleted a");
  });

  test("a lifetime that ends early", () => {
    const story = new Story();
    story.create("a", { ttlMs: 1000 });
    story.time = 999;
    story.ask("early", { kind: "head", path: "a" }, { status: 404 });
    expect(story.violations()).toMatch("No order explains");
  });

  test("a lifetime that ends more than a tenth late", () => {
    const story = new Story();
    story.create("a", { ttlMs: 1000 });
    story.time = 1200;
    story.ask("late", { kind: "head", path: "a" }, { status: 200, streamId: "id-a", nextOffset: offset(0) });
    expect(story.violations()).toMatch("No order explains");
  });

  test("an answer that was true only before the request was sent", () => {
    const story = new Story();
    story.create();
    story.append("first", ONE, ONE.length);
    story.read("stale", "", { nextOffset: offset(0) });
    story.read(AFTERWARDS, ONE);
    expect(story.violations()).toMatch(/No order explains these answers:\n *stale: read a/);
  });

  test("an append that took effect after its connection had been given up and served", () => {
    const story = new Story();
    story.create();
    story.history.begin("lost", appending(ONE)).served = story.history.moment();
    story.read("reader", "");
    story.read(AFTERWARDS, ONE);
    expect(story.violations()).toMatch("No order explains");
  });

  test("a reader who waits and is not told", () => {
    const story = new Story();
    story.create();
    const waiting = story.history.begin("waiting", { ...READ, mode: "long-poll" });
    story.append("news", ONE, ONE.length);
    story.time = 4000;
    story.answer(waiting, { status: 204, streamId: "id-a", nextOffset: offset(0), upToDate: true });
    story.read(AFTERWARDS, ONE);
    expect(story.violations()).toMatch("waiting waited at 0 and was told of news no sooner than after 4000 ms");
  });
});
