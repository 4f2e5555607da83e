import { isStreamError, StreamNotFoundError } from "../../../shared/index.ts";
import type { ForkOrigin } from "../contract/index.ts";
import type { Transacted } from "./backend.ts";
import type { EngineHost } from "./host.ts";
import type { Maintenance } from "./maintenance.ts";
import { type CreateVerdict, confirmExisting } from "./rules/create.ts";
import { beginFork, completeFork, decideAbandon, type ForkCommand, givenUp, intent, overAt } from "./rules/fork.ts";
import { abandonTaskId, RELEASE_GRACE_MS } from "./task.ts";

/** How long a fork may take until it counts as abandoned, in ms. */
const FORK_DEADLINE_MS = 30_000;

/**
 * Creates forks whose sources may live elsewhere: the target stores its intent, registers with every stream whose
 * bytes it will read, and is created in one commit that also clears the intent. A crash or refusal at any point
 * leaves the intent, and the intent leads to a release.
 */
export class ForkCreation {
  readonly #host: EngineHost;
  readonly #maintenance: Maintenance;

  constructor(host: EngineHost, maintenance: Maintenance) {
    this.#host = host;
    this.#maintenance = maintenance;
  }

  async put(request: Omit<ForkCommand, "deadline">): Promise<Transacted<CreateVerdict>> {
    const command = { ...request, deadline: request.now + FORK_DEADLINE_MS };
    const { path, source } = command;
    const begun = await this.#host.transact(path, {}, (snapshot) =>
      source === path ? refuseItself(confirmExisting(snapshot.state, command), path) : beginFork(snapshot, command),
    );
    if (begun.result !== undefined) return { result: begun.result, tail: begun.tail };
    const reached = [source];
    try {
      const origin = await this.#acquire(command, reached);
      const created = await this.#host.transact(path, { taskId: abandonTaskId(command.streamId) }, (snapshot) =>
        completeFork(snapshot, { ...command, now: this.#host.clock.now() }, origin),
      );
      if (created.result.streamId !== command.streamId) await this.#giveUp(command, reached, false);
      return created;
    } catch (error) {
      await this.#giveUp(command, reached, !isRefusal(error));
      throw error;
    }
  }

  async #acquire(command: ForkCommand, reached: string[]): Promise<ForkOrigin> {
    const { options, source, streamId: forkId, deadline } = command;
    const { sources } = this.#host;
    const origin = await sources.acquireFork({
      source,
      forkId,
      offset: options.forkOffset,
      subOffset: options.forkSubOffset,
      contentType: options.contentType,
      deadline,
    });
    const others = origin.segments.filter((segment) => segment.path !== source);
    if (others.length === 0) return origin;
    reached.push(...others.map((segment) => segment.path));
    await this.#host.transact(command.path, { taskId: abandonTaskId(forkId) }, ({ taskPlanned }) => {
      if (!taskPlanned) throw givenUp();
      return { result: undefined, commit: { schedule: [intent(command, reached)] } };
    });
    for (const segment of others) await sources.retainFork({ ...segment, forkId, deadline });
    return origin;
  }

  /**
   * Releases whatever was acquired before the refusal is answered. When it is unknown whether a source got the request,
   * it is asked to forget the fork now, and once more when the request can no longer count.
   */
  async #giveUp(command: ForkCommand, sources: readonly string[], ambiguous: boolean): Promise<void> {
    const { path, streamId: forkId } = command;
    const releaseAt = ambiguous ? overAt(command) : this.#host.clock.now() + RELEASE_GRACE_MS;
    try {
      const { result } = await this.#host.transact(path, {}, (snapshot) =>
        decideAbandon(snapshot, { forkId, sources, releaseAt }),
      );
      if (result.created) return;
      if (!ambiguous) return await this.#maintenance.runReleases();
      await Promise.allSettled(sources.map((source) => this.#host.sources.releaseFork(source, forkId)));
    } catch {
      // The intent stands, and its task will do this again.
    }
  }
}

/** Whether an error is a source's answer: anything else may have come after the source did what it was asked. */
const isRefusal = (error: unknown): boolean => isStreamError(error) && error._tag !== "UnavailableError";

function refuseItself<Existing>(existing: Existing | undefined, path: string): Existing {
  if (existing === undefined) throw new StreamNotFoundError({ path });
  return existing;
}
