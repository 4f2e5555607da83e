import type { StreamId } from "../../../shared/index.ts";
import type { StreamIdentity } from "../engine/state.ts";
import { type ChainState, newborn } from "./chain-state.ts";
import { commitIdOf, decodeState } from "./commit-object.ts";
import type { Keys } from "./keys.ts";
import { readAgain } from "./objects.ts";
import type { StreamRecord } from "./path-record.ts";

/** A commit that is there. */
export interface MetCommit {
  /** Its name. */
  readonly id: string;
  /** The stream after it. */
  readonly after: ChainState;
}

/** Finds out how a stream is now, by the numbers of its commits. */
export class Chain {
  readonly #bucket: R2Bucket;
  readonly #keys: Keys;

  constructor(bucket: R2Bucket, keys: Keys) {
    this.#bucket = bucket;
    this.#keys = keys;
  }

  /**
   * The stream after its last commit: looked for ever farther ahead, then by halves.
   *
   * @param known The stream after an earlier commit, if one is known.
   * @returns `undefined` when the stream is not there any more. What is found is the end only if the path still says
   * afterwards that no commit behind it was freed.
   */
  async last({ identity, closed, from }: StreamRecord, known: ChainState | undefined): Promise<ChainState | undefined> {
    const { streamId } = identity;
    let low = known?.number ?? from;
    let found: R2Object | undefined;
    let high: number | undefined;
    for (let step = 1; high === undefined; step *= 2) {
      const object = await this.head(streamId, low + step);
      if (object === undefined) high = low + step;
      else {
        found = object;
        low += step;
      }
    }
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      const object = await this.head(streamId, middle);
      if (object === undefined) high = middle;
      else {
        found = object;
        low = middle;
      }
    }
    if (found === undefined && known !== undefined) return known;
    if (found === undefined && from === 0) return newborn(identity, closed);
    const object = found ?? (await this.head(streamId, low));
    return object && this.#decode(object, low, identity);
  }

  /** Whose commit has a number, when that is not free. */
  async met(identity: StreamIdentity, number: number): Promise<MetCommit | undefined> {
    const object = await this.head(identity.streamId, number);
    const after = object && (await this.#decode(object, number, identity));
    return after && { id: commitIdOf(object), after };
  }

  /** The object of a commit, without its body. */
  async head(streamId: StreamId, number: number): Promise<R2Object | undefined> {
    return (await readAgain(() => this.#bucket.head(this.#keys.commit(streamId, number)))) ?? undefined;
  }

  /** The name of a commit. */
  async commitId(streamId: StreamId, number: number): Promise<string | undefined> {
    const object = await this.head(streamId, number);
    return object && commitIdOf(object);
  }

  #decode(object: R2Object, number: number, identity: StreamIdentity): Promise<ChainState | undefined> {
    return decodeState(object, number, identity, (offset) =>
      readAgain(async () => {
        const body = await this.#bucket.get(object.key, { range: { offset } });
        return body?.text();
      }),
    );
  }
}
