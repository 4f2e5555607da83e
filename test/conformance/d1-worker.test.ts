import { runConformanceTests } from "@durable-streams/server-conformance-tests";
import { describe, inject } from "vitest";
import { SUITE_LONG_POLL_MS } from "./timing.ts";

describe("createStreamHandler over a D1Store in a plain Worker", () => {
  runConformanceTests({ baseUrl: inject("d1Worker"), longPollTimeoutMs: SUITE_LONG_POLL_MS });
});
