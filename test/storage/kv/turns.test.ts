import { expect, test } from "vitest";
import { Turns } from "../../../src/server/storage/kv/turns.ts";
import { FakeClock, settled } from "../../support/fake-clock.ts";

const LONGEST_MS = 30_000;

test("turns come one after the other, in the order of arrival, also behind one that fails", async () => {
  const turns = new Turns(new FakeClock());
  const seen: string[] = [];
  const turn = (name: string) =>
    turns.run("s", async () => {
      seen.push(`${name} begins`);
      await settled();
      seen.push(`${name} ends`);
      if (name === "a") throw new Error("a fails");
    });
  await Promise.allSettled([turn("a"), turn("b"), turn("c")]);
  expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});

test("another path does not wait", async () => {
  const turns = new Turns(new FakeClock());
  void turns.run("s", () => new Promise(() => {}));
  expect(await turns.run("t", async () => "done")).toBe("done");
});

test("a turn that never ends is passed over, by one at a time, and no timer is left", async () => {
  const clock = new FakeClock();
  const turns = new Turns(clock);
  let running = 0;
  let most = 0;
  const turn = () =>
    turns.run("s", async () => {
      running += 1;
      most = Math.max(most, running);
      await settled();
      running -= 1;
    });
  void turns.run("s", () => new Promise(() => {}));
  const all = Promise.all([turn(), turn(), turn()]);
  await clock.advance(LONGEST_MS - 1);
  expect(most).toBe(0);
  await clock.advance(1);
  await all;
  expect(most).toBe(1);
  expect(clock.pending).toBe(0);
});

test("a long line of short turns is never passed over", async () => {
  const clock = new FakeClock();
  const turns = new Turns(clock);
  let running = 0;
  let most = 0;
  const turn = () =>
    turns.run("s", async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 1000));
      running -= 1;
    });
  const all = Promise.all(Array.from({ length: 100 }, turn));
  await clock.advance(100_000);
  await all;
  expect(most).toBe(1);
});
