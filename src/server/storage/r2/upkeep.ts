import type { Clock, StreamId } from "../../../shared/index.ts";
import { type ChainState, rolledUpTo } from "./chain-state.ts";
import { KEPT_MS } from "./kept.ts";
import type { PathView } from "./known-paths.ts";
import { deleteAll } from "./objects.ts";
import { type StreamRecord, streamIdIn } from "./path-record.ts";
import type { Paths } from "./paths.ts";
import type { RollUp } from "./roll-up.ts";

/** What {@link Upkeep} works with. */
export interface UpkeepHost {
  readonly bucket: R2Bucket;
  readonly clock: Clock;
  readonly fanOut: number;
  readonly paths: Paths;
  readonly rollUp: RollUp;
}

/** Segments of the first level after which the path's record says again from where to look for the last commit. */
const HINT_EVERY = 4;

/** Shortest time between two runs that free what was rolled up: each costs a few requests, however much it frees. In ms. */
const FREE_EVERY_MS = KEPT_MS / 4;

/** When there is something of a stream to free. */
export interface FreeLater {
  readonly streamId: StreamId;
  /** In ms since the epoch. */
  readonly at: number;
}

/** A stream that is there, as a path shows it. */
interface Kept {
  readonly chain: ChainState;
  readonly stream: StreamRecord;
}

/** Keeps streams of many small commits fast to read and to find. Nothing of it is needed for streams to be right. */
export class Upkeep {
  readonly #host: UpkeepHost;

  constructor(host: UpkeepHost) {
    this.#host = host;
  }

  /** Whether a commit is the last one of a segment to be. */
  isDue({ number }: ChainState): boolean {
    return (number + 1) % this.#host.fanOut === 0;
  }

  /** Rolls up what is due. Whatever fails is done by the next run. @returns when there is something to free. */
  async rollUp(path: string): Promise<FreeLater | undefined> {
    const { paths, clock, fanOut } = this.#host;
    const kept = keptIn(paths.peek(path) ?? (await paths.load(path)));
    if (kept === undefined) return undefined;
    const { chain, stream } = kept;
    const { rolled, made } = await this.#roll(path, kept);
    const from = Math.min(chain.number, rolled);
    if (from - stream.from >= HINT_EVERY * fanOut) await this.#record(path, stream, { from });
    return made ? { streamId: stream.identity.streamId, at: clock.now() + KEPT_MS } : undefined;
  }

  /** Frees what was rolled up long ago. @returns when to come again, in ms since the epoch. */
  async free(path: string): Promise<number | undefined> {
    const { paths, rollUp, bucket, clock } = this.#host;
    const kept = keptIn(await paths.load(path));
    if (kept === undefined) return undefined;
    const { chain, stream } = kept;
    const { rolled } = await this.#roll(path, kept);
    const freed = stream.freed ?? 0;
    const { below, from, keys, more, keptUntil } = await rollUp.freeable({ ...chain, rolled }, freed);
    // As long as the path's record leads into what is to be deleted, it stays.
    if (from > stream.from && !(await this.#record(path, stream, { from }))) return clock.now();
    await deleteAll(bucket, keys);
    if (below > freed) await this.#record(path, stream, { freed: below });
    return more ? clock.now() : keptUntil && Math.max(keptUntil, clock.now() + FREE_EVERY_MS);
  }

  async #roll(path: string, { chain, stream }: Kept) {
    const { paths, rollUp, bucket } = this.#host;
    const { rolled, keys } = await rollUp.run(chain);
    const now = paths.peek(path);
    const still = now && keptIn(now);
    if (now !== undefined && still?.stream.identity.streamId !== stream.identity.streamId) {
      // It was removed, and perhaps what there was of it deleted, before these were written.
      await deleteAll(bucket, keys);
      return { rolled: 0, made: false };
    }
    if (now !== undefined && still !== undefined) paths.note(path, { ...now, chain: rolledUpTo(still.chain, rolled) });
    return { rolled, made: keys.length > 0 };
  }

  /** Adds to what the path's record says of a stream, if it still names that. */
  async #record(path: string, { identity }: StreamRecord, { from = 0, freed = 0 }): Promise<boolean> {
    const { paths } = this.#host;
    const view = paths.peek(path);
    const stream = view?.stored.record.stream;
    if (view === undefined || stream?.identity.streamId !== identity.streamId) return false;
    const added = { ...stream, from: Math.max(from, stream.from), freed: Math.max(freed, stream.freed ?? 0) };
    const record = { ...view.stored.record, stream: added };
    const stored = await paths.write(path, view.stored, record, crypto.randomUUID());
    const now = paths.peek(path);
    if (stored === undefined || now === undefined) {
      paths.doubt(path);
      return false;
    }
    if (streamIdIn(now.stored.record) === identity.streamId) paths.note(path, { ...now, stored });
    return true;
  }
}

function keptIn({ chain, stored }: PathView): Kept | undefined {
  const { stream } = stored.record;
  return chain === undefined || chain.removed || stream === undefined ? undefined : { chain, stream };
}
