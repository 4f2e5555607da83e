import {
  allowAnonymous,
  createStreamWorker,
  type ObjectStoreContext,
  StreamObject,
} from "../../src/server/durable-object/index.ts";
import { D1Store } from "../../src/server/storage/d1/index.ts";
import { KVStore } from "../../src/server/storage/kv/index.ts";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { R2Store } from "../../src/server/storage/r2/index.ts";
import { SERVED_LONG_POLL_MS } from "./timing.ts";

/** One stream on SQLite, as users get it, but for a wait that suits the suite. */
export class SqliteObject extends StreamObject {
  override handlerOptions() {
    return { longPollTimeoutMs: SERVED_LONG_POLL_MS };
  }
}

/** One stream in an object, its bytes in a database that all objects share. */
export class D1Object extends StreamObject<{ readonly DB: D1Database }> {
  override createStore(context: ObjectStoreContext) {
    return new D1Store(this.env.DB, { ...context, owner: this.path });
  }

  override handlerOptions() {
    return { longPollTimeoutMs: SERVED_LONG_POLL_MS };
  }
}

/** One stream in an object, its sealed bytes in KV as soon as there are any. */
export class KVObject extends StreamObject<{ readonly KV: KVNamespace }> {
  override createStore(context: ObjectStoreContext) {
    return new KVStore(this.env.KV, { ...context, state: this.ctx.storage, packBytes: 1 });
  }

  override handlerOptions() {
    return { longPollTimeoutMs: SERVED_LONG_POLL_MS };
  }
}

/** One stream in an object, its bytes in a bucket that all objects share. */
export class R2Object extends StreamObject<{ readonly BUCKET: R2Bucket }> {
  override createStore(context: ObjectStoreContext) {
    return new R2Store(this.env.BUCKET, { ...context, owner: this.path });
  }

  override handlerOptions() {
    return { longPollTimeoutMs: SERVED_LONG_POLL_MS };
  }
}

/** One stream in an object's memory. */
export class MemoryObject extends SqliteObject {
  override createStore(context: ObjectStoreContext) {
    return new MemoryStore(context);
  }
}

export default createStreamWorker({ binding: "STREAMS", basePath: "/v1/stream", authorize: allowAnonymous() });
