import {
  allowAnonymous,
  createStreamWorker,
  type ObjectStoreContext,
  StreamObject,
} from "../../src/server/durable-object/index.ts";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { SERVED_LONG_POLL_MS } from "./timing.ts";

/** One stream on SQLite, as users get it, but for a wait that suits the suite. */
export class SqliteObject extends StreamObject {
  override handlerOptions() {
    return { longPollTimeoutMs: SERVED_LONG_POLL_MS };
  }
}

/** The same object over a store of its own choice. */
export class MemoryObject extends SqliteObject {
  override createStore(context: ObjectStoreContext) {
    return new MemoryStore(context);
  }
}

export default createStreamWorker({ binding: "STREAMS", basePath: "/v1/stream", authorize: allowAnonymous() });
