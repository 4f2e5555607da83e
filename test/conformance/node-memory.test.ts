import { runConformanceTests } from "@durable-streams/server-conformance-tests";
import { describe, inject } from "vitest";
import { SUITE_LONG_POLL_MS } from "./timing.ts";

describe("createStreamHandler over a MemoryStore on plain Node", () => {
  runConformanceTests({ baseUrl: inject("nodeMemory"), longPollTimeoutMs: SUITE_LONG_POLL_MS });
});
