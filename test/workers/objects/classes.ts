import {
  type ObjectStore,
  type ObjectStoreContext,
  type RequestCoreOptions,
  StreamObject,
} from "../../../src/server/durable-object/index.ts";
import { MemoryStore } from "../../../src/server/storage/memory/index.ts";
import { SqliteStore } from "../../../src/server/storage/sqlite/index.ts";
import { RowMeter } from "../row-meter.ts";
import { probe } from "./probe.ts";

/** A store that tells the {@link probe} how many bytes it hands out. */
class WatchedStore extends SqliteStore {
  override async read(...args: Parameters<SqliteStore["read"]>) {
    const page = await super.read(...args);
    return { ...page, chunks: () => watched(page.chunks()) };
  }
}

async function* watched(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    probe.bytesRead += chunk.length;
    yield chunk;
  }
}

/** A stream's object, as users get it, but seen and disturbed by the {@link probe}, and on its clock. */
export class ProbedObject extends StreamObject<Cloudflare.Env> {
  override createStore(context: ObjectStoreContext): ObjectStore {
    return new WatchedStore(this.ctx.storage, { ...context, clock: probe.clock });
  }

  override handlerOptions(): RequestCoreOptions {
    return { ...probe.limits, clock: probe.clock };
  }

  override fetch(request: Request): Promise<Response> {
    const method = request.headers.has("Durable-CF-Streams-Segment") ? "segment" : request.method;
    return this.#seen(method, () => super.fetch(request));
  }

  override acquireFork(...args: Parameters<StreamObject["acquireFork"]>) {
    return this.#seen("acquireFork", () => super.acquireFork(...args));
  }

  override retainFork(...args: Parameters<StreamObject["retainFork"]>) {
    return this.#seen("retainFork", () => super.retainFork(...args));
  }

  override releaseFork(...args: Parameters<StreamObject["releaseFork"]>) {
    return this.#seen("releaseFork", () => super.releaseFork(...args));
  }

  override floorBoundary(...args: Parameters<StreamObject["floorBoundary"]>) {
    return this.#seen("floorBoundary", () => super.floorBoundary(...args));
  }

  override nextBoundary(...args: Parameters<StreamObject["nextBoundary"]>) {
    return this.#seen("nextBoundary", () => super.nextBoundary(...args));
  }

  #seen<T>(method: string, proceed: () => Promise<T>): Promise<T> {
    return probe.pass(this.path, method, proceed);
  }
}

/** A stream's object, as users get it, with a meter on its storage. */
export class MeteredObject extends StreamObject {
  /** What the storage is asked for. */
  readonly meter = new RowMeter(this.ctx.storage);

  override createStore(context: ObjectStoreContext): ObjectStore {
    const onPlanned = (nextDue: number): void => {
      this.meter.onPlanned();
      context.onPlanned(nextDue);
    };
    return new SqliteStore(this.meter.storage, { ...context, onPlanned });
  }

  override handlerOptions(): RequestCoreOptions {
    return { longPollTimeoutMs: 5 };
  }
}

/** A stream in memory, with a limit and a wait of its own. */
export class MemoryObject extends StreamObject {
  override createStore(context: ObjectStoreContext): ObjectStore {
    return new MemoryStore(context);
  }

  override handlerOptions(): RequestCoreOptions {
    return { maxBodyBytes: 10, longPollTimeoutMs: 5 };
  }
}

/** An object that keeps things of its own beside the stream, and has work of its own for the alarm. */
export class RoomObject extends StreamObject {
  /** Counts the alarms that did this object's own work. */
  reports = 0;

  override ownAlarm(): number | undefined {
    return this.ctx.storage.kv.get<number>("reportAt");
  }

  override async alarm(): Promise<void> {
    if ((this.ownAlarm() ?? Number.POSITIVE_INFINITY) <= Date.now()) {
      this.ctx.storage.kv.delete("reportAt");
      this.reports += 1;
    }
    await super.alarm();
  }
}
