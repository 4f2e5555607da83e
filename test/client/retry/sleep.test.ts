import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { sleep } from "../../../src/client/retry/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";

test("resolves when its time has come and not before", async () => {
  const clock = new FakeClock();
  let awake = false;
  const sleeping = sleep(100, clock).then(() => {
    awake = true;
  });
  await clock.advance(99);
  expect(awake).toBe(false);
  await clock.advance(1);
  await sleeping;
});

test("rejects with the reason when the signal is aborted meanwhile, and leaves no timer and no listener", async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const sleeping = sleep(100, clock, controller.signal);
  controller.abort("enough");
  await expect(sleeping).rejects.toBe("enough");
  expect(clock.pending).toBe(0);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
});

test("rejects at once when the signal was aborted before, without a timer", async () => {
  const clock = new FakeClock();
  await expect(sleep(100, clock, AbortSignal.abort("no"))).rejects.toBe("no");
  expect(clock.pending).toBe(0);
});

test("leaves no listener behind when it wakes by itself", async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  const sleeping = sleep(100, clock, signal);
  await clock.advance(100);
  await sleeping;
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});
