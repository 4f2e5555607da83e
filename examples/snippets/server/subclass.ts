import { type ObjectStoreContext, StreamObject } from "durable-cf-streams/durable-object";
import { R2Store } from "durable-cf-streams/storage/r2";

interface Env {
  readonly BUCKET: R2Bucket;
}

// #region options
export class ChatStream extends StreamObject<Env> {
  override handlerOptions() {
    return { maxBodyBytes: 64 * 1024, longPollTimeoutMs: 30_000, onError: (error: unknown) => console.error(error) };
  }
}
// #endregion options

// #region store
export class ArchiveStream extends StreamObject<Env> {
  override createStore(context: ObjectStoreContext) {
    return new R2Store(this.env.BUCKET, { ...context, owner: this.path });
  }
}
// #endregion store

// #region alarm
export class ReportingStream extends StreamObject<Env> {
  /** When this class wants the object's alarm, in ms since the epoch. */
  protected override ownAlarm() {
    return this.ctx.storage.kv.get<number>("reportAt");
  }

  override async alarm() {
    if ((this.ownAlarm() ?? Number.POSITIVE_INFINITY) <= Date.now()) {
      const { nextOffset } = await this.store.head(this.path);
      console.log(`${this.path} ends at ${nextOffset}`);
      this.ctx.storage.kv.put("reportAt", Date.now() + 60 * 60 * 1_000);
    }
    await super.alarm(); // the stream's own work; sets the alarm again
  }
}
// #endregion alarm
