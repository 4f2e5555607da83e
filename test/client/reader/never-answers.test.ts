import type { StandardSchemaV1 } from "@standard-schema/spec";
import { describe, expect, it } from "vitest";
import { type ReaderOptions, StreamReader } from "../../../src/client/reader/index.ts";
import { type HostOptions, hostedFor } from "../../support/client/index.ts";
import { settled } from "../../support/fake-clock.ts";
import { collectUntilError, readerOver, URL_OF_STREAM } from "./reading.ts";
import { openEventStream, page, scripted } from "./scripted.ts";

const never = new Promise<never>(() => {});
const reason = new Error("enough");
const PAGE = () => page("[1,2]", { next: "a", closed: true });

const silent: StandardSchemaV1<unknown, unknown> = {
  "~standard": { version: 1, vendor: "test", validate: (value) => (value === 2 ? never : { value }) },
};
const strict: StandardSchemaV1<unknown, unknown> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => (value === 2 ? { issues: [{ message: "two" }] } : { value }),
  },
};

const cases: [string, HostOptions<unknown, unknown>, ReaderOptions, unknown[]][] = [
  ["a schema", { fetch: scripted(PAGE()).fetch, schema: silent }, {}, []],
  ["onInvalid", { fetch: scripted(PAGE()).fetch, schema: strict }, { onInvalid: () => never }, [1]],
  ["onError", { fetch: scripted(new TypeError("gone")).fetch }, { onError: () => never }, []],
];

describe.each(cases)("%s that never answers", (_, host, options, before) => {
  it("does not keep a signal from ending the iteration", async () => {
    const stop = new AbortController();
    const stream = hostedFor(URL_OF_STREAM, host);
    const all = collectUntilError(new StreamReader(stream, { live: false, ...options, signal: stop.signal }));
    await settled();
    stop.abort(reason);
    expect(await all).toEqual({ messages: before, error: reason });
  });
});

describe("batches that are left while they are waited for", () => {
  it("end at once, and the request with them", async () => {
    let left = 0;
    const events = openEventStream([], () => {
      left += 1;
    });
    const script = scripted(page("[1]", { next: "a", upToDate: true }), events);
    const reader = readerOver({ fetch: script.fetch }, { live: "sse" });
    const batches = reader.batches();
    expect((await batches.next()).value).toMatchObject({ messages: [1] });
    const pending = batches.next();
    await settled();
    expect(await batches.return()).toMatchObject({ done: true });
    expect(await pending).toMatchObject({ done: true });
    await settled();
    expect([left, reader.status]).toEqual([1, { type: "stopped" }]);
  });
});
