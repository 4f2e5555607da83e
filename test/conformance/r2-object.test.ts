import { runConformanceTests } from "@durable-streams/server-conformance-tests";
import { describe, inject } from "vitest";
import { SUITE_LONG_POLL_MS } from "./timing.ts";

describe("a Worker with one StreamObject over a shared R2 bucket per stream", () => {
  runConformanceTests({ baseUrl: inject("r2Object"), longPollTimeoutMs: SUITE_LONG_POLL_MS });
});
