import {
  allowAnonymous,
  createStreamWorker,
  type ObjectStoreContext,
  StreamObject,
} from "../../src/server/durable-object/index.ts";
import { SqliteStore } from "../../src/server/storage/sqlite/index.ts";
import { LIMITS, OPTIONS } from "./limits.ts";

/** Counts who watches. */
class WatchedStore extends SqliteStore {
  watching = 0;

  override watch(path: string, onChange: () => void): () => void {
    const unwatch = super.watch(path, onChange);
    let held = true;
    this.watching += 1;
    return () => {
      if (held) this.watching -= 1;
      held = false;
      unwatch();
    };
  }
}

/** One stream on SQLite, with limits that a test can reach, which says how it is when asked with `?vitals`. */
export class Besieged extends StreamObject {
  #failures = 0;
  #watched: WatchedStore | undefined;

  override createStore(context: ObjectStoreContext) {
    this.#watched = new WatchedStore(this.ctx.storage, { ...context, ...LIMITS });
    return this.#watched;
  }

  override handlerOptions() {
    return {
      ...OPTIONS,
      onError: (error: unknown) => {
        console.error(error);
        this.#failures += 1;
      },
    };
  }

  override async fetch(request: Request): Promise<Response> {
    if (!new URL(request.url).searchParams.has("vitals")) return super.fetch(request);
    return Response.json({ watching: this.#watched?.watching ?? 0, failures: this.#failures });
  }
}

export default createStreamWorker({ binding: "STREAMS", authorize: allowAnonymous() });
