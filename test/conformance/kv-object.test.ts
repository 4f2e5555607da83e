import { runConformanceTests } from "@durable-streams/server-conformance-tests";
import { describe, inject } from "vitest";
import { SUITE_LONG_POLL_MS } from "./timing.ts";

describe("a Worker with one StreamObject over a KVStore per stream", () => {
  runConformanceTests({ baseUrl: inject("kvObject"), longPollTimeoutMs: SUITE_LONG_POLL_MS });
});
