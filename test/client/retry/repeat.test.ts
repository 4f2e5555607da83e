import { expect, test } from "vitest";
import { isTransient, type RepeatOptions, repeat } from "../../../src/client/retry/index.ts";
import { RateLimitedError, StreamNotFoundError, TransportError, UnavailableError } from "../../../src/shared/index.ts";
import { FakeClock, settled } from "../../support/fake-clock.ts";

function options(clock: FakeClock, signal?: AbortSignal): RepeatOptions {
  const retry = { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 1_000 };
  return { retry, clock, random: () => 0.5, signal, mayRepeat: isTransient };
}

/** Fails with each error in turn, then succeeds. */
function failing(...errors: unknown[]): { attempt: () => Promise<string>; count: () => number } {
  let made = 0;
  return {
    count: () => made,
    attempt: async () => {
      made += 1;
      if (made <= errors.length) throw errors[made - 1];
      return "done";
    },
  };
}

test("waits longer after every failure and returns the first success", async () => {
  const clock = new FakeClock();
  const start = clock.now();
  const { attempt, count } = failing(new UnavailableError(), new TransportError({ cause: undefined }));
  const outcome = repeat(attempt, options(clock));
  await settled();
  await clock.advance(49);
  expect(count()).toBe(1);
  await clock.advance(1);
  expect(count()).toBe(2);
  await clock.advance(100);
  await expect(outcome).resolves.toBe("done");
  expect(clock.now() - start).toBe(150);
});

test("waits as long as Retry-After asks", async () => {
  const clock = new FakeClock();
  const { attempt, count } = failing(new RateLimitedError({ retryAfterSeconds: 5 }));
  const outcome = repeat(attempt, options(clock));
  await settled();
  await clock.advance(5_000);
  expect(count()).toBe(1);
  await clock.advance(50);
  await expect(outcome).resolves.toBe("done");
});

test("throws the last error when there were enough attempts", async () => {
  const clock = new FakeClock();
  const last = new UnavailableError({}, { detail: "the third" });
  const { attempt, count } = failing(new UnavailableError(), new UnavailableError(), last);
  const outcome = expect(repeat(attempt, options(clock))).rejects.toBe(last);
  await settled();
  await clock.advance(10_000);
  await outcome;
  expect(count()).toBe(3);
});

test("throws at once what may not be repeated", async () => {
  const gone = new StreamNotFoundError({ path: "a" });
  const { attempt, count } = failing(gone);
  await expect(repeat(attempt, options(new FakeClock()))).rejects.toBe(gone);
  expect(count()).toBe(1);
});

test("ends a wait with the reason of the signal", async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const { attempt, count } = failing(new UnavailableError());
  const outcome = expect(repeat(attempt, options(clock, controller.signal))).rejects.toBe("enough");
  await settled();
  await clock.advance(10);
  controller.abort("enough");
  await outcome;
  expect(count()).toBe(1);
  expect(clock.pending).toBe(0);
});
