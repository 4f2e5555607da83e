import type { Clock } from "../../../shared/index.ts";
import type { StreamKey } from "../engine/backend.ts";
import type { KeySpace } from "./key-space.ts";
import type { Pack } from "./pack.ts";
import type { PackTable } from "./pack-table.ts";
import type { Values } from "./values.ts";

/** What a {@link Mover} works with. */
export interface MoverHost {
  readonly values: Values;
  readonly keys: KeySpace;
  readonly packs: PackTable;
  readonly clock: Clock;
  /** Sealed bytes that are worth a value of their own. */
  readonly packBytes: number;
}

/**
 * Moves sealed chunks from SQLite to KV, one pack after the other, beside the requests: an append is safe in SQLite when
 * it is answered, and does not wait for this. What breaks off goes on when the next chunk is sealed.
 */
export class Mover {
  readonly #host: MoverHost;
  readonly #waiting = new Map<string, StreamKey>();
  /** Keys that a write of this process may still reach: it failed, or is under way. */
  readonly #doubtful = new Set<string>();
  /** Keys that this process wrote. */
  readonly #written = new Set<string>();
  #work: Promise<void> | undefined;

  constructor(host: MoverHost) {
    this.#host = host;
  }

  /** Moves what a stream has to move. */
  start(key: StreamKey): void {
    this.#waiting.set(key.path, key);
    this.#work ??= this.#run();
  }

  /** Resolves when nothing is being moved. */
  async idle(): Promise<void> {
    while (this.#work !== undefined) await this.#work;
  }

  /** Whether every write that was ever made under a key is known to be over. */
  isSettled(key: string): boolean {
    return this.#written.has(key) && !this.#doubtful.has(key);
  }

  /** Forgets a key that is of no more use. */
  forget(key: string): void {
    this.#written.delete(key);
    this.#doubtful.delete(key);
  }

  async #run(): Promise<void> {
    // The request that sealed a chunk is answered first.
    await Promise.resolve();
    for (const [path, key] of this.#waiting) {
      this.#waiting.delete(path);
      // Nothing is lost: the bytes are where they were, and are moved when the next chunk is sealed.
      await this.#moveAll(key).catch(() => {});
    }
    this.#work = undefined;
  }

  async #moveAll(key: StreamKey): Promise<void> {
    const { packs, packBytes } = this.#host;
    for (let pack = packs.next(key, packBytes); pack; pack = packs.next(key, packBytes)) {
      if (!(await this.#move(key.path, pack))) return;
    }
  }

  async #move(path: string, pack: Pack): Promise<boolean> {
    const { values, keys, packs, clock } = this.#host;
    packs.begin(pack, clock.now());
    const bytes = packs.bytes(path, pack);
    if (bytes === undefined) return false;
    const name = keys.pack(pack.streamId, pack.start);
    this.#doubtful.add(name);
    this.#written.add(name);
    await values.put(name, bytes);
    this.#doubtful.delete(name);
    const finished = packs.finish(path, pack);
    // Whoever frees a stored pack does not ask what became of its write.
    if (finished) this.#written.delete(name);
    return finished;
  }
}
