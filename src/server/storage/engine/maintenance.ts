import type { EngineHost } from "./host.ts";
import { decideAbandon } from "./rules/fork.ts";
import { decideExpiry } from "./rules/remove.ts";
import { RELEASE_GRACE_MS, releaseTask, type Task } from "./task.ts";

/** Most tasks one run performs; what is left is due at once, so the next alarm goes on. */
const TASKS_A_RUN = 500;
const TASKS_A_LOOK = 50;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 3_600_000;

/** Performs tasks that are due. Each is idempotent: an alarm may come late, twice, or while another is at work. */
export class Maintenance {
  readonly #host: EngineHost;

  constructor(host: EngineHost) {
    this.#host = host;
  }

  /** Does what is due. @returns when there is work again. */
  async run(): Promise<number | undefined> {
    const { backend, clock } = this.#host;
    let performed = 0;
    while (performed < TASKS_A_RUN) {
      const due = await backend.dueTasks(clock.now(), TASKS_A_LOOK);
      if (due.length === 0) break;
      for (const task of due) await this.#attempt(task);
      performed += due.length;
    }
    return backend.nextDue();
  }

  /**
   * Does the releases that were just planned, so that the streams a deletion frees are gone before it is answered. Each
   * one may plan more and do those itself, so what is left is looked up again after each.
   */
  async runReleases(): Promise<void> {
    const { backend, clock } = this.#host;
    for (let performed = 0; performed < TASKS_A_RUN; performed++) {
      const due = await backend.dueTasks(clock.now() + RELEASE_GRACE_MS, TASKS_A_LOOK, "release");
      const next = due.find(({ job }) => job.kind === "release" && job.attempt === 0);
      if (next === undefined) return;
      await this.#attempt(next);
    }
  }

  async #attempt(task: Task): Promise<void> {
    try {
      await this.#perform(task);
    } catch {
      await this.#host.backend.updateTasks([postponed(task, this.#host.clock.now())], []);
    }
  }

  async #perform({ id, job }: Task): Promise<void> {
    const { backend, clock, sources } = this.#host;
    switch (job.kind) {
      case "expire": {
        const { path, streamId } = job;
        const { result } = await this.#host.transact(path, {}, (snapshot) =>
          decideExpiry(snapshot, path, streamId, clock.now()),
        );
        if (result.removed) this.#host.forget(path);
        this.#host.changed(path);
        if (result.removed) await this.runReleases();
        return;
      }
      case "abandon": {
        const releaseAt = clock.now();
        await this.#host.transact(job.path, {}, (snapshot) => decideAbandon(snapshot, { ...job, releaseAt }));
        return;
      }
      case "release":
        await sources.releaseFork(job.source, job.forkId);
        await backend.updateTasks([], [id]);
        return;
      case "reclaim":
        if (await backend.reclaim(job.key)) await backend.updateTasks([], [id]);
        return;
    }
  }
}

function postponed(task: Task, now: number): Task {
  if (task.job.kind !== "release") return { ...task, at: now + FIRST_RETRY_MS };
  const { source, forkId, attempt } = task.job;
  return releaseTask(source, forkId, now + Math.min(FIRST_RETRY_MS * 2 ** attempt, LAST_RETRY_MS), attempt + 1);
}
