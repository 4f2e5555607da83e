import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DurableStream, type LiveMode } from "../../src/client/index.ts";
import { StreamReader } from "../../src/client/reader/index.ts";
import { type Clock, isStreamError } from "../../src/shared/index.ts";
import { numberFrom } from "../differential/run.ts";
import { hostedFor } from "../support/client/index.ts";
import { type BadAnswer, badAnswer, responseOf } from "./client-answers.ts";

const runs = numberFrom("HOSTILE_RUNS", 300);
const seed = numberFrom("HOSTILE_SEED", Math.floor(Math.random() * 2 ** 31));
const URL_OF_STREAM = "https://streams.test/v1/stream/a";
const LIMIT = 60_000 + runs * 200;

/** Every wait is over as soon as everything else has had its turn: a silent connection is given up, a retry made. */
const hasty: Clock = {
  now: () => 0,
  setTimeout: (callback) => setTimeout(callback),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

/** A `fetch` that answers so, and at last that the stream is gone. */
function serving(answers: readonly BadAnswer[]): (request: Request) => Promise<Response> {
  const left = [...answers];
  return async () => {
    const next = left.shift();
    return next === undefined ? new Response(null, { status: 410 }) : responseOf(next);
  };
}

/** A handle gives a silent refusal five seconds, and a server that asks for it as many minutes: not in this test. */
function prompt(answer: BadAnswer): BadAnswer {
  const { "Retry-After": after, ...headers } = answer.headers;
  const isShort = after === undefined || !/^\d{2}/.test(after);
  return {
    ...answer,
    ending: answer.ending === "silence" ? "end" : answer.ending,
    headers: isShort ? answer.headers : headers,
  };
}

const tagOf = (error: unknown): unknown => (isStreamError(error) ? "a stream error" : error);

describe(`whatever a server answers (seed ${seed})`, () => {
  const answers = fc.array(badAnswer, { minLength: 1, maxLength: 6 });

  test(
    "a reader yields messages, and then an end or an error of the vocabulary",
    async () => {
      const mode = fc.constantFrom<LiveMode>(false, "long-poll", "sse", "auto");
      const type = fc.constantFrom("application/json", "text/plain", "application/octet-stream");
      await fc.assert(
        fc.asyncProperty(
          answers,
          mode,
          type,
          fc.constantFrom("start", "now"),
          async (script, live, contentType, from) => {
            const fetch = serving(script);
            const host = hostedFor<unknown, never>(URL_OF_STREAM, { fetch, clock: hasty, contentType });
            const reader = new StreamReader<unknown>(host, { live, from: from === "now" ? "now" : "start" });
            const seen: unknown[] = [];
            const ending = (async () => {
              for await (const message of reader) seen.push(typeof message);
            })();
            expect(await ending.then(() => "the end", tagOf)).toMatch(/^(the end|a stream error)$/);
            expect(new Set(seen).has("undefined")).toBe(false);
            expect(Reflect.get({}, "polluted")).toBeUndefined();
          },
        ),
        { seed, numRuns: runs },
      );
    },
    LIMIT,
  );

  test(
    "every operation of a handle ends well or with an error of the vocabulary",
    async () => {
      const operation = fc.constantFrom("create", "head", "append", "close", "delete", "fork");
      await fc.assert(
        fc.asyncProperty(answers, operation, async (script, name) => {
          const fetch = serving(script.map(prompt));
          const retry = { baseDelayMs: 0, maxDelayMs: 0, maxAttempts: 3 };
          const stream = new DurableStream<unknown>({ url: URL_OF_STREAM, fetch, retry });
          const operations: Record<string, () => Promise<unknown>> = {
            create: () => stream.create(),
            head: () => stream.head(),
            append: () => stream.append(1),
            close: () => stream.close(),
            delete: () => stream.delete(),
            fork: () => stream.fork({ to: `${URL_OF_STREAM}/fork` }),
          };
          expect(await operations[name]?.().then(() => "the end", tagOf)).toMatch(/^(the end|a stream error)$/);
        }),
        { seed, numRuns: runs },
      );
    },
    LIMIT,
  );
});
