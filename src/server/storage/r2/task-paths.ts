/** Tasks remembered at a time. */
const MAX_TASKS = 1000;

/** Remembers at which paths tasks are planned. */
export class TaskPaths {
  readonly #byTask = new Map<string, string>();

  /** The path at which a task was seen. */
  get(taskId: string): string | undefined {
    return this.#byTask.get(taskId);
  }

  /** Notes where tasks are planned. */
  note(path: string, tasks: readonly { readonly id: string }[]): void {
    if (this.#byTask.size + tasks.length > MAX_TASKS) this.#byTask.clear();
    for (const { id } of tasks) this.#byTask.set(id, path);
  }
}
