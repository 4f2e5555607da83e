import { type Clock, encodeStreamPath } from "../../../shared/index.ts";
import type { Chain } from "./chain.ts";
import { type ChainState, rolledUpTo } from "./chain-state.ts";
import { TRUSTED_MS } from "./kept.ts";
import type { Keys } from "./keys.ts";
import { KnownPaths, type PathView } from "./known-paths.ts";
import { putNew, putOver, readAgain, unlessCrowded } from "./objects.ts";
import { decodePath, EMPTY_PATH, encodePath, type PathRecord, type StoredPath, streamIdIn } from "./path-record.ts";
import { completeBelow } from "./segment.ts";

/** What {@link Paths} works with. */
export interface PathsHost {
  readonly bucket: R2Bucket;
  readonly keys: Keys;
  readonly chain: Chain;
  readonly clock: Clock;
  readonly fanOut: number;
  /** Whether no other instance writes to the same streams. */
  readonly alone: boolean;
}

/** Times that a path is looked at anew because its stream changed while it was looked at. */
const MAX_LOOKS = 20;

/** Knows which stream each path holds, and how that stream is now. */
export class Paths {
  readonly #host: PathsHost;
  readonly #known = new KnownPaths();
  /** Counts what commits of this instance changed: what is alone trusts its memory, which no late look may turn back. */
  #changes = 0;

  constructor(host: PathsHost) {
    this.#host = host;
  }

  /** What was last seen at a path, without I/O. */
  peek(path: string): PathView | undefined {
    return this.#known.get(path);
  }

  /** Notes what a path holds after a commit of this instance. */
  note(path: string, view: PathView): void {
    this.#changes += 1;
    this.#known.note(path, view);
  }

  /**
   * Notes that another instance was first to write the commit after the one that a view shows: whoever looks at a path
   * each time finds the end from there on.
   */
  overtaken(path: string, view: PathView, by: ChainState): void {
    if (this.#host.alone) this.doubt(path);
    else this.#known.note(path, { ...view, chain: by });
  }

  /**
   * Notes that something went otherwise than was expected. Who is not alone looks at a path each time anyway, and finds
   * what is new from what is known.
   */
  doubt(path: string): void {
    this.#changes += 1;
    if (this.#host.alone) this.#known.forget(path);
  }

  /**
   * Whether a view is too old to be relied on: its stream may have been rolled up or removed in the meantime, and what
   * the next commit has to meet be gone.
   */
  isOld({ seenAt }: PathView): boolean {
    return this.#host.clock.now() - seenAt > TRUSTED_MS;
  }

  /**
   * The stream that a path holds now; of what its record says otherwise, what was last seen. A stream that was looked at
   * lately ends where its next commit is missing: no commit that was made since can be gone yet, not even the one that
   * removed it.
   */
  async loadStream(path: string): Promise<PathView> {
    const { alone, chain, clock } = this.#host;
    const known = this.#known.get(path);
    const stream = known?.stored.record.stream;
    if (alone || known === undefined || stream === undefined || this.isOld(known)) return this.load(path);
    const seenAt = clock.now();
    const last = await chain.last(stream, known.chain);
    const still = this.#known.get(path)?.stored.record;
    const whole = last !== undefined && !last.removed && !this.isOld(known);
    if (!whole || still === undefined || streamIdIn(still) !== stream.identity.streamId) return this.load(path);
    return this.#known.note(path, { ...known, chain: last, seenAt });
  }

  /**
   * What a path holds now. The path is read after the stream was: as long as it names the stream, and no later commit to
   * begin with, none of the commits that the search looked for can have been freed under it.
   */
  async load(path: string): Promise<PathView> {
    const { alone, chain, clock } = this.#host;
    const known = this.#known.get(path);
    if (known !== undefined && alone) return known;
    const changes = this.#changes;
    let seenAt = clock.now();
    let { stored, chain: start } = known ?? { stored: await this.#read(path), chain: undefined };
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      const { stream } = stored.record;
      const last = stream && (await chain.last(stream, start));
      const justRead = stream === undefined && known === undefined && looks === 0;
      const now = justRead ? stored : await this.#read(path);
      if (streamIdIn(now.record) === streamIdIn(stored.record) && isWhole(now.record, last)) {
        const view = { stored: now, chain: last && this.#rolledUp(last, now.record), seenAt };
        return !alone || changes === this.#changes ? this.#known.note(path, view) : view;
      }
      seenAt = clock.now();
      stored = now;
      start = undefined;
    }
    throw new Error(`The stream at ${path} changes too fast to be read`);
  }

  /** Writes a record if the path is still as it was read. Returns what is stored then. */
  async write(path: string, before: StoredPath, record: PathRecord, nonce: string): Promise<StoredPath | undefined> {
    const { bucket } = this.#host;
    const key = await this.#key(path);
    const object = encodePath(path, record, nonce);
    const etag = await unlessCrowded(
      before.etag === undefined ? putNew(bucket, key, object) : putOver(bucket, key, object, before.etag),
    );
    if (etag !== undefined) return { record, etag, nonce };
    // The platform may have repeated a write that had taken effect: then the conflict is with ourselves.
    const found = await this.#read(path);
    if (found.nonce === nonce) return found;
    this.#refresh(path, found);
    return undefined;
  }

  #refresh(path: string, stored: StoredPath): void {
    const known = this.#known.get(path);
    if (known === undefined) return;
    const same = streamIdIn(known.stored.record) === streamIdIn(stored.record);
    if (same) this.#known.note(path, { ...known, stored });
    else this.#known.forget(path);
  }

  #rolledUp(chain: ChainState, { stream }: PathRecord): ChainState {
    return rolledUpTo(chain, completeBelow(stream?.from ?? 0, this.#host.fanOut));
  }

  async #read(path: string): Promise<StoredPath> {
    const key = await this.#key(path);
    return readAgain(async () => {
      const object = await this.#host.bucket.get(key);
      return object === null ? EMPTY_PATH : decodePath(object);
    });
  }

  async #key(path: string): Promise<string> {
    return this.#host.keys.path(await encodeStreamPath(path));
  }
}

/** Whether the commit after the last that was found was looked for where none is freed. */
const isWhole = ({ stream }: PathRecord, last: ChainState | undefined): boolean =>
  stream === undefined || (last !== undefined && last.number + 1 >= stream.from);
