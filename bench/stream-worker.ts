import { allowAnonymous, createStreamWorker, StreamObject } from "../src/server/durable-object/index.ts";

/** What the configuration of a run binds. */
export interface Env {
  readonly STREAMS: DurableObjectNamespace<BenchStream>;
  /** `maxReadBytes` in decimal; empty for the default. */
  readonly MAX_READ_BYTES: string;
}

/** A minute is shorter than some runs, and a rotated connection would measure something else. */
const NO_ROTATION_MS = 60 * 60 * 1000;

/** A stream as users get it, but for the limits that a measurement has to move. */
export class BenchStream extends StreamObject<Env> {
  override handlerOptions() {
    const { MAX_READ_BYTES } = this.env;
    const maxReadBytes = MAX_READ_BYTES === "" ? undefined : Number(MAX_READ_BYTES);
    return { maxReadBytes, sseRotateMs: NO_ROTATION_MS };
  }
}

export default createStreamWorker<Env>({ binding: "STREAMS", authorize: allowAnonymous() });
