import { type Clock, encodeStreamPath, type StreamId } from "../../../shared/index.ts";
import type { Task } from "../engine/task.ts";
import { KEPT_MS } from "./kept.ts";
import type { Keys } from "./keys.ts";
import { asciiJson, deleteAll } from "./objects.ts";

/** What {@link TaskIndex} works with. */
export interface TaskIndexHost {
  readonly bucket: R2Bucket;
  readonly keys: Keys;
  readonly clock: Clock;
  /** Whose tasks they are. */
  readonly owner: string;
}

/** Says at which path a task may be planned. */
export interface TaskEntry {
  readonly key: string;
  readonly path: string;
  readonly id: string;
  /** When the task is due, in ms since the epoch. */
  readonly at: number;
  /** When the entry was made, in ms since the epoch. */
  readonly madeAt: number;
  /** A stream of which objects may be there though no path names it: then the entry stands for these, and for no task. */
  readonly orphan?: StreamId;
}

/** Entries without a task that are as old as this lead to commits that were never made, or to what is left of a stream. */
export const STRAY_MS = KEPT_MS;

type StoredEntry = Omit<TaskEntry, "key">;

/**
 * Finds tasks by due time. The tasks themselves are part of what their paths hold, which changes atomically; an entry is
 * made before its task is planned and deleted after the task is gone, so each task has one, and some have no task.
 */
export class TaskIndex {
  readonly #host: TaskIndexHost;

  constructor(host: TaskIndexHost) {
    this.#host = host;
  }

  /** Makes entries for tasks that are about to be planned. */
  async add(path: string, tasks: readonly Task[]): Promise<void> {
    for (const { id, at } of tasks) await this.#put({ path, id, at, madeAt: this.#host.clock.now() });
  }

  /**
   * Makes an entry for a stream whose bytes are about to be written before any path names it, or of which somebody may
   * yet write an object although it was removed.
   *
   * @returns what to drop when a path names the stream.
   */
  async addOrphan(path: string, orphan: StreamId): Promise<Pick<Task, "id" | "at">> {
    const madeAt = this.#host.clock.now();
    // In the order of entries it stands behind the tasks that are due before anything is done about it.
    const entry = { path, id: `orphan:${orphan}`, at: madeAt + STRAY_MS, madeAt, orphan };
    await this.#put(entry);
    return entry;
  }

  /** Deletes entries of tasks that are gone. */
  async drop(tasks: readonly Pick<Task, "id" | "at">[]): Promise<void> {
    if (tasks.length === 0) return;
    await deleteAll(this.#host.bucket, await Promise.all(tasks.map(({ id, at }) => this.#key(id, at))));
  }

  /** Deletes an entry. */
  async remove({ key }: TaskEntry): Promise<void> {
    await deleteAll(this.#host.bucket, [key]);
  }

  /** All entries, those that are due first before the others. */
  async *entries(): AsyncGenerator<TaskEntry> {
    const { bucket, keys, owner } = this.#host;
    const prefix = keys.tasks(await encodeStreamPath(owner));
    let cursor: string | undefined;
    do {
      const page: R2Objects = await bucket.list({ prefix, include: ["customMetadata"], ...(cursor && { cursor }) });
      for (const { key, customMetadata } of page.objects) {
        const json = customMetadata?.entry;
        if (json === undefined) continue;
        const entry: StoredEntry = JSON.parse(json);
        yield { ...entry, key };
      }
      cursor = page.truncated ? page.cursor : undefined;
    } while (cursor !== undefined);
  }

  async #put(entry: StoredEntry): Promise<void> {
    // Metadata comes with a listing; the body does not.
    const customMetadata = { entry: asciiJson(entry) };
    await this.#host.bucket.put(await this.#key(entry.id, entry.at), "", { customMetadata });
  }

  async #key(id: string, at: number): Promise<string> {
    const { keys, owner } = this.#host;
    return keys.task(await encodeStreamPath(owner), at, await encodeStreamPath(id));
  }
}
