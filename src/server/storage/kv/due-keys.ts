import type { StreamId } from "../../../shared/index.ts";
import { isStreamId } from "../../../shared/stream-id.ts";
import type { Task } from "../engine/task.ts";
import type { KeySpace } from "./key-space.ts";
import type { Values } from "./values.ts";

/** A path at which there was, is, or was going to be work at a time. */
export interface DueKey {
  readonly name: string;
  /** In ms since the epoch. */
  readonly at: number;
  readonly path: string;
  /** The stream whose creation is guarded, if that is what the key is for. */
  readonly guarded: StreamId | undefined;
}

/** Removed keys remembered at a time. */
const MAX_REMOVED = 1000;
/** Keys listed at a time. */
const KEYS_A_LOOK = 100;

const PATH_IN_KEY = "=";
const STREAM_IN_KEY = "~";

/**
 * Finds the records that plan work, without a look at all of them: keys that sort by time. A key is written before the
 * record that plans something, so that none is missed; one that leads to nothing does no harm.
 */
export class DueKeys {
  readonly #values: Values;
  readonly #keys: KeySpace;
  /** Keys that this instance removed: listings show them for a while, and an alarm would come for each at once. */
  readonly #removed = new Set<string>();

  constructor(values: Values, keys: KeySpace) {
    this.#values = values;
    this.#keys = keys;
  }

  /** Announces work. */
  async add(path: string, at: number): Promise<void> {
    const name = await this.#keys.dueAt(at, path);
    this.#removed.delete(name);
    await this.#values.put(name, new TextEncoder().encode(path));
  }

  /** Announces that a stream will be created whose chunks are written before. @returns the key, to be removed then. */
  async guard(path: string, streamId: StreamId, at: number): Promise<string> {
    const name = this.#keys.guardAt(at, streamId);
    await this.#values.put(name, new TextEncoder().encode(path));
    return name;
  }

  /** Withdraws what no task of a record stands behind any more. What fails here is withdrawn when it is due. */
  async withdraw(path: string, before: Iterable<Task>, after: Iterable<Task>): Promise<void> {
    const planned = new Set([...after].map(({ at }) => at));
    const times = new Set([...before].map(({ at }) => at).filter((at) => !planned.has(at)));
    await Promise.allSettled([...times].map(async (at) => this.remove(await this.#keys.dueAt(at, path))));
  }

  /** The keys of all work that is due at a time, the most overdue first. */
  async *until(now: number): AsyncGenerator<DueKey> {
    for await (const name of this.#listed()) {
      if (this.#keys.timeOf(name) > now) return;
      const key = await this.#read(name);
      if (key !== undefined) yield key;
    }
  }

  /** When there is work next, in ms since the epoch. */
  async next(): Promise<number | undefined> {
    for await (const name of this.#listed()) return this.#keys.timeOf(name);
    return undefined;
  }

  /** Removes a key. */
  async remove(name: string): Promise<void> {
    await this.#values.delete(name);
    if (this.#removed.size >= MAX_REMOVED) this.#removed.clear();
    this.#removed.add(name);
  }

  /** All keys, in order. */
  async *#listed(): AsyncGenerator<string> {
    let cursor: string | undefined;
    do {
      const { names, next } = await this.#values.keys(this.#keys.due, KEYS_A_LOOK, cursor);
      yield* names.filter((name) => !this.#removed.has(name));
      cursor = next;
    } while (cursor !== undefined);
  }

  async #read(name: string): Promise<DueKey | undefined> {
    const at = this.#keys.timeOf(name);
    const short = name.slice(name.indexOf("/", this.#keys.due.length) + 1);
    const rest = short.slice(1);
    if (short.startsWith(PATH_IN_KEY)) return { name, at, path: rest, guarded: undefined };
    const value = await this.#values.find(name);
    const guarded = short.startsWith(STREAM_IN_KEY) && isStreamId(rest) ? rest : undefined;
    return value && { name, at, path: new TextDecoder().decode(value), guarded };
  }
}
