import { allowAnonymous, createStreamWorker, StreamObject } from "../../src/server/durable-object/index.ts";

/** One stream on SQLite, with pages and events of as many bytes as its name ends in (`a.1000`), and a short life for connections. */
export class SmallPages extends StreamObject {
  override handlerOptions() {
    const bytes = Number(/\.(\d+)$/.exec(this.path)?.[1] ?? 64 * 1_024);
    return {
      maxReadBytes: bytes,
      sseBatchBytes: bytes,
      longPollTimeoutMs: 500,
      sseHeartbeatMs: 300,
      sseRotateMs: 1_000,
    };
  }
}

export default createStreamWorker({ binding: "STREAMS", authorize: allowAnonymous() });
