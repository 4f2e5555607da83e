import type { Clock } from "../../../shared/index.ts";
import type { Job, Task } from "../engine/task.ts";
import type { Keys } from "./keys.ts";
import { type PathView, tasksIn } from "./known-paths.ts";
import { streamIdIn } from "./path-record.ts";
import type { Paths } from "./paths.ts";
import { freeObjects } from "./removal.ts";
import { STRAY_MS, type TaskEntry, type TaskIndex } from "./task-index.ts";
import { TaskPaths } from "./task-paths.ts";

/** What {@link PlannedTasks} works with. */
export interface PlannedTasksHost {
  readonly bucket: R2Bucket;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly paths: Paths;
  readonly tasks: TaskIndex;
  /** Whether no other instance plans tasks under the same name. */
  readonly alone: boolean;
}

/** The tasks that are planned at whatever path. Looking through them clears away entries that lead to none. */
export class PlannedTasks {
  readonly #host: PlannedTasksHost;
  readonly #taskPaths = new TaskPaths();

  constructor(host: PlannedTasksHost) {
    this.#host = host;
  }

  /** Notes that tasks are about to be planned at a path. */
  note(path: string, tasks: readonly Task[]): void {
    this.#taskPaths.note(path, tasks);
  }

  /** Tasks that are due, the most overdue first, at most `limit`; only those with jobs of a kind, if one is given. */
  async due(now: number, limit: number, kind?: Job["kind"]): Promise<Task[]> {
    const look = this.#look();
    const due: Task[] = [];
    for await (const entry of this.#host.tasks.entries()) {
      if (entry.at > now || due.length === limit) break;
      if (kind !== undefined && !entry.id.startsWith(`${kind}:`)) continue;
      const task = await look(entry);
      if (task !== undefined) due.push(task);
      else if (this.#isStray(entry)) await this.#clear(entry);
    }
    return due;
  }

  /**
   * When there is something to do. Who is alone comes only when it said so, and therefore also for what is to be cleared
   * away; others are called from time to time in any case.
   */
  async next(): Promise<number | undefined> {
    const { alone, clock, tasks } = this.#host;
    const look = this.#look();
    let next: number | undefined;
    for await (const entry of tasks.entries()) {
      if (next !== undefined && entry.at >= next) break;
      const task = await look(entry);
      if (task !== undefined) return Math.min(next ?? task.at, task.at);
      const stays = !this.#isStray(entry) || !(await this.#clear(entry));
      if (stays && alone)
        next = Math.min(next ?? Number.POSITIVE_INFINITY, Math.max(entry.madeAt + STRAY_MS, clock.now()));
    }
    return next;
  }

  /** The path at which a task is planned. */
  async pathOf(taskId: string): Promise<string | undefined> {
    const known = this.#taskPaths.get(taskId);
    if (known !== undefined) return known;
    for await (const { id, path } of this.#host.tasks.entries()) {
      if (id === taskId) return path;
    }
    return undefined;
  }

  /** Finds the tasks of entries, each path being looked at once. */
  #look(): (entry: TaskEntry) => Promise<Task | undefined> {
    const views = new Map<string, PathView>();
    return async ({ path, id, at }) => {
      const view = views.get(path) ?? (await this.#host.paths.load(path));
      views.set(path, view);
      const task = tasksIn(view).find((planned) => planned.id === id && planned.at === at);
      if (task !== undefined) this.note(path, [task]);
      return task;
    };
  }

  #isStray({ madeAt }: TaskEntry): boolean {
    return this.#host.clock.now() - madeAt >= STRAY_MS;
  }

  /**
   * Clears away an entry of a commit that was never made, and what there is of a stream that no path names.
   *
   * @returns whether nothing is left of it.
   */
  async #clear(entry: TaskEntry): Promise<boolean> {
    const { bucket, keys, paths, tasks } = this.#host;
    const { orphan } = entry;
    if (orphan !== undefined) {
      const { stored } = await paths.load(entry.path);
      const named = streamIdIn(stored.record) === orphan;
      if (!named && !(await freeObjects(bucket, keys, { streamId: orphan, spareLast: false }))) return false;
    }
    await tasks.remove(entry);
    return true;
  }
}
