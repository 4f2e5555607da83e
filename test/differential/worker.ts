import { allowAnonymous, createStreamWorker, StreamObject } from "../../src/server/durable-object/index.ts";
import { LONG_POLL_MS } from "./timing.ts";

/** One stream on SQLite, that soon tires of a long-poll, and soon notices that a reader is gone: a runtime stops no sooner. */
export class Compared extends StreamObject {
  override handlerOptions() {
    return { longPollTimeoutMs: LONG_POLL_MS, sseHeartbeatMs: 300 };
  }
}

export default createStreamWorker({ binding: "STREAMS", authorize: allowAnonymous() });
