import {
  type ObjectStore,
  type ObjectStoreContext,
  type RequestCoreOptions,
  StreamObject,
} from "../../../src/server/durable-object/index.ts";
import { KVStore } from "../../../src/server/storage/kv/index.ts";
import { SqliteStore } from "../../../src/server/storage/sqlite/index.ts";
import type { Clock } from "../../../src/shared/index.ts";
import { tracked } from "../../support/fake-clock.ts";
import { intercept } from "../../workers/kv/intercept.ts";
import { standIn } from "../../workers/row-meter.ts";
import { rig } from "./rig.ts";

/** Packs are small, so that programs with little to write fill several. */
const PACK_BYTES = 600;

/** A stream's object as users get it, on the simulation's time, with failing storage and failing calls between objects. */
export class TorturedObject extends StreamObject<Cloudflare.Env> {
  #clock: Clock | undefined;

  override createStore(context: ObjectStoreContext): ObjectStore {
    return this.makeStore(this.#tortured(context));
  }

  override handlerOptions(): RequestCoreOptions {
    return { ...rig().httpOptions(), clock: this.clock };
  }

  override acquireFork(...args: Parameters<StreamObject["acquireFork"]>) {
    return disturbed(() => super.acquireFork(...args));
  }

  override retainFork(...args: Parameters<StreamObject["retainFork"]>) {
    return disturbed(() => super.retainFork(...args));
  }

  override releaseFork(...args: Parameters<StreamObject["releaseFork"]>) {
    return disturbed(() => super.releaseFork(...args));
  }

  /** Does what the alarm does, and tells the rig when it is due again. */
  override async alarm(): Promise<void> {
    await super.alarm();
    rig().plan(this.path, await this.store.maintain());
  }

  protected makeStore(options: TorturedOptions): ObjectStore {
    return new SqliteStore(this.storage, options);
  }

  /** The object's storage, whose statements fail now and then. */
  protected get storage(): DurableObjectStorage {
    const { storage } = this.ctx;
    const exec = (query: string, ...bindings: unknown[]) =>
      rig().failures.aroundSync(
        () => storage.sql.exec(query, ...bindings),
        // A cursor that is left open would stand in the way of transactions.
        (cursor) => void cursor.toArray(),
      );
    return standIn(storage, { sql: standIn(storage.sql, { exec }) });
  }

  protected get clock(): Clock {
    this.#clock ??= rig().clockOf(this.path);
    return this.#clock;
  }

  #tortured(context: ObjectStoreContext): TorturedOptions {
    const onPlanned = (nextDue: number): void => {
      rig().plan(this.path, nextDue);
      context.onPlanned(nextDue);
    };
    return { ...context, onPlanned, clock: this.clock };
  }
}

interface TorturedOptions extends ObjectStoreContext {
  readonly clock: Clock;
}

/** The same with its bytes in KV. */
export class TorturedKVObject extends TorturedObject {
  protected override makeStore(options: TorturedOptions): ObjectStore {
    const namespace = intercept(this.env.KV, (run) => rig().failures.around(() => tracked(run())));
    return new KVStore(namespace, { ...options, state: this.storage, prefix: `${this.path}/`, packBytes: PACK_BYTES });
  }
}

/** A call from another object, which may get lost, or its answer. */
async function disturbed<T>(call: () => Promise<T>): Promise<T> {
  const way = rig().failures.next(["failed before", "failed after"]);
  if (way === "failed before") throw new Error("The call never arrived");
  const answer = await call();
  if (way === "failed after") throw new Error("The answer was lost");
  return answer;
}
