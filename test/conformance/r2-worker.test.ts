import { runConformanceTests } from "@durable-streams/server-conformance-tests";
import { describe, inject } from "vitest";
import { SUITE_LONG_POLL_MS } from "./timing.ts";

describe("createStreamHandler over an R2Store in a plain Worker", () => {
  runConformanceTests({ baseUrl: inject("r2Worker"), longPollTimeoutMs: SUITE_LONG_POLL_MS });
});
