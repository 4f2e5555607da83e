import type { Clock, StreamId } from "../../../shared/index.ts";
import type { ChainState } from "./chain-state.ts";
import type { PathView } from "./known-paths.ts";
import { deleteAll } from "./objects.ts";
import { type StreamRecord, streamIdIn } from "./path-record.ts";
import type { Paths } from "./paths.ts";
import type { RollUp } from "./roll-up.ts";
import { FAN_OUT } from "./segment.ts";

/** What {@link Upkeep} works with. */
export interface UpkeepHost {
  readonly bucket: R2Bucket;
  readonly clock: Clock;
  readonly paths: Paths;
  readonly rollUp: RollUp;
}

/** Commits after which the path's record says again from where to look for the last one. */
const HINT_EVERY = 4 * FAN_OUT;

/** What was done for a stream, and when there is something to do again. */
export interface UpkeepDone {
  /** The stream that is at the path. */
  readonly streamId: StreamId | undefined;
  readonly again: number | undefined;
}

const NOTHING: UpkeepDone = { streamId: undefined, again: undefined };

/** Keeps streams of many small commits fast to read and to find. Nothing of it is needed for streams to be right. */
export class Upkeep {
  readonly #host: UpkeepHost;

  constructor(host: UpkeepHost) {
    this.#host = host;
  }

  /** Whether a commit is the last one of a segment to be. */
  static isDue({ number }: ChainState): boolean {
    return (number + 1) % FAN_OUT === 0;
  }

  /** Rolls up what is due, and frees what was rolled up long ago. Whatever fails is done by the next run. */
  async run(path: string): Promise<UpkeepDone> {
    const { paths, rollUp, bucket } = this.#host;
    const view = paths.peek(path) ?? (await paths.load(path));
    const { chain, stored } = view;
    const { stream } = stored.record;
    if (chain === undefined || chain.removed !== undefined || stream === undefined) return NOTHING;
    const rolled = { ...chain, rolled: await rollUp.run(chain) };
    const { below, from: free, keys, again } = await rollUp.freeable(rolled);
    const from = Math.max(free, stream.from);
    const hint = rolled.number - from >= HINT_EVERY ? rolled.number : from;
    const kept = hint === stream.from || (await this.#moveHint(path, view, stream, hint));
    // As long as the path's record leads into what is to be deleted, it stays.
    const freed = kept && keys.length > 0;
    if (freed) await deleteAll(bucket, keys);
    this.#learn(path, { ...rolled, freed: kept ? below : rolled.freed });
    return { streamId: stream.identity.streamId, again };
  }

  async #moveHint(path: string, view: PathView, stream: StreamRecord, from: number): Promise<boolean> {
    const { paths } = this.#host;
    const record = { ...view.stored.record, stream: { ...stream, from } };
    const stored = await paths.write(path, view.stored, record, crypto.randomUUID());
    const now = paths.peek(path);
    if (stored === undefined || now === undefined) {
      paths.doubt(path);
      return false;
    }
    if (streamIdIn(now.stored.record) === stream.identity.streamId) paths.note(path, { ...now, stored });
    return true;
  }

  /** What was done is stored with the next commit of this instance. */
  #learn(path: string, { state, rolled, freed }: ChainState): void {
    const { paths } = this.#host;
    const now = paths.peek(path);
    if (now?.chain === undefined || now.chain.state.streamId !== state.streamId) return;
    const chain = {
      ...now.chain,
      rolled: Math.max(rolled, now.chain.rolled),
      freed: Math.max(freed, now.chain.freed),
    };
    paths.note(path, { stored: now.stored, chain });
  }
}
