import {
  bearerToken,
  createStreamWorker,
  type ObjectStoreContext,
  StreamObject,
} from "durable-cf-streams/durable-object";
import { KVStore } from "durable-cf-streams/storage/kv";

interface Env {
  readonly KV: KVNamespace;
  readonly STREAMS: DurableObjectNamespace<KVStream>;
  readonly STREAM_TOKEN?: string;
}

/** One stream: an object keeps its state and its newest bytes, and KV all the others. */
export class KVStream extends StreamObject<Env> {
  override createStore(context: ObjectStoreContext) {
    return new KVStore(this.env.KV, { ...context, state: this.ctx.storage });
  }
}

const mayWrite = bearerToken<{ env: Env }>(({ env }) => env.STREAM_TOKEN);

/** Everybody may read, and whoever has the token may do everything. */
export default createStreamWorker<Env>({
  binding: "STREAMS",
  authorize: (context) => ["read", "head"].includes(context.operation) || mayWrite(context),
});
