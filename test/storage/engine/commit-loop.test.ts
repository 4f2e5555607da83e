import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Body } from "../../../src/server/storage/engine/body.ts";
import type { Commit, Decision } from "../../../src/server/storage/engine/commit.ts";
import {
  type AppendTrace,
  type CommitPlan,
  type CommitPort,
  type CommitView,
  commitLoop,
  type Written,
} from "../../../src/server/storage/engine/commit-loop.ts";
import type { Snapshot, StreamState } from "../../../src/server/storage/engine/state.ts";
import { stateAfter } from "../../../src/server/storage/engine/state-after.ts";
import { type Clock, isStreamError, mintStreamId } from "../../../src/shared/index.ts";
import { bytes, refusal } from "../contract/support.ts";

/** Time that passes at once whenever somebody waits for it. */
const instantClock: Clock = {
  now: () => 0,
  setTimeout: (callback) => setTimeout(callback, 0),
  clearTimeout: () => {},
};
const host = { clock: instantClock, random: () => 0.5 };

type Fault = "none" | "before" | "after" | "late";

interface CellView extends CommitView {
  readonly version: number;
}
interface CellPlan extends CommitPlan<CellView> {
  readonly id: string;
  readonly after: StreamState | undefined;
}

/** A storage of one stream that can compare and set, and fails as it is told. */
class Cell implements CommitPort<CellView, CellPlan> {
  readonly appended: string[] = [];
  readonly #ids: string[] = [];
  readonly #late: (() => void)[] = [];
  readonly #faults: Fault[];
  #version = 0;
  #state: StreamState | undefined = {
    streamId: mintStreamId(),
    contentType: "text/plain",
    ttlSeconds: undefined,
    expiresAt: undefined,
    createdAt: 0,
    base: { pos: 0, seq: 0 },
    fork: undefined,
    touchedAt: 0,
    closed: false,
    softDeleted: false,
    tail: { pos: 0, seq: 0 },
    lastSeq: undefined,
    producers: 0,
    forks: 0,
  };

  constructor(faults: readonly Fault[]) {
    this.#faults = [...faults];
  }

  get state(): StreamState | undefined {
    return this.#state;
  }

  load(): Promise<CellView> {
    return this.#call(() => ({
      snapshot: { state: this.#state, producer: undefined, forkEnd: undefined, taskPlanned: false },
      version: this.#version,
    }));
  }

  plan(view: CellView, commit: Commit, id: string): CellPlan {
    const { state } = view.snapshot;
    const length = commit.append?.framed.bytes.length ?? 0;
    const tail = state && { pos: state.tail.pos + length, seq: 0 };
    return { view, commit, id, tail, after: stateAfter(view.snapshot, commit, tail) };
  }

  write({ view, commit, id, after, tail }: CellPlan): Promise<Written> {
    return this.#call(() => {
      if (view.version !== this.#version) return "conflict";
      this.#version += 1;
      this.#state = after;
      this.#ids.push(id);
      if (commit.append) this.appended.push(new TextDecoder().decode(commit.append.framed.bytes));
      return { tail };
    });
  }

  trace({ id }: CellPlan): Promise<AppendTrace> {
    return this.#call(() => (this.#ids.includes(id) ? "found" : "absent"));
  }

  /** Lets what was on its way arrive. */
  arrive(): void {
    for (const effect of this.#late.splice(0)) effect();
  }

  async #call<T>(effect: () => T): Promise<T> {
    const fault = this.#faults.shift() ?? "none";
    await Promise.resolve();
    if (fault === "before") throw new Error("Never arrived");
    if (fault === "late") {
      this.#late.push(effect);
      throw new Error("Not there yet");
    }
    const answer = effect();
    this.arrive();
    if (fault === "after") throw new Error("Answer lost");
    return answer;
  }
}

const appendOf =
  (word: string) =>
  (snapshot: Snapshot): Decision<string> => ({
    result: `${word} at ${snapshot.state?.tail.pos}`,
    commit: { append: { framed: new Body(bytes(word), false).framed(false, "refuse"), at: 0, seq: undefined } },
  });

const faults = fc.array(fc.constantFrom<Fault>("none", "none", "before", "after", "late"), { maxLength: 60 });

describe("a commit loop", () => {
  test("makes every acknowledged commit once, whatever calls fail in whatever way", async () => {
    await fc.assert(
      fc.asyncProperty(faults, fc.integer({ min: 1, max: 6 }), async (sequence, writers) => {
        const cell = new Cell(sequence);
        const words = Array.from({ length: writers }, (_, writer) => `<${writer}>`);
        const outcomes = await Promise.allSettled(words.map((word) => commitLoop(cell, appendOf(word), host)));
        cell.arrive();
        const count = (word: string) => cell.appended.filter((other) => other === word).length;
        for (const [writer, { status }] of outcomes.entries()) {
          const landed = count(`<${writer}>`);
          expect(landed).toBeGreaterThanOrEqual(status === "fulfilled" ? 1 : 0);
          expect(landed).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("answers with what was decided for the attempt that took effect", async () => {
    const cell = new Cell(["none", "after"]);
    const { result, tail } = await commitLoop(cell, appendOf("abc"), host);
    expect({ result, tail }).toEqual({ result: "abc at 0", tail: { pos: 3, seq: 0 } });
  });

  test("knows a deletion of its own when its answer was lost", async () => {
    const cell = new Cell(["none", "after"]);
    const { result } = await commitLoop(cell, () => ({ result: "deleted", commit: { remove: true } }), host);
    expect([result, cell.state]).toEqual(["deleted", undefined]);
  });

  test("refuses without a second look", async () => {
    const cell = new Cell([]);
    let decisions = 0;
    const refuse = (): Decision<never> => {
      decisions += 1;
      throw new RangeError("No");
    };
    await expect(commitLoop(cell, refuse, host)).rejects.toThrow("No");
    expect(decisions).toBe(1);
  });

  test("is unavailable for the moment when nothing can be read", async () => {
    const error = await refusal(commitLoop(new Cell(Array<Fault>(50).fill("before")), appendOf("a"), host));
    expect(error).toMatchObject({ _tag: "UnavailableError", retryAfterSeconds: 1 });
  });

  test("fails with the storage's own error when nobody knows whether it took effect", async () => {
    const cell = new Cell(["none", "after", ...Array<Fault>(50).fill("before")]);
    const error: unknown = await commitLoop(cell, appendOf("a"), host).catch((reason: unknown) => reason);
    expect(isStreamError(error)).toBe(false);
    expect(cell.appended).toEqual(["a"]);
  });

  test("is unavailable for the moment when others win every race", async () => {
    const cell = new Cell([]);
    let versions = 0;
    const overtaken = (snapshot: Snapshot): Decision<string> => {
      void cell.write(cell.plan({ snapshot, version: versions }, { touchedAt: 0 }, "other"));
      versions += 1;
      return appendOf("a")(snapshot);
    };
    expect(await refusal(commitLoop(cell, overtaken, host))).toMatchObject({ retryAfterSeconds: 1 });
    expect(cell.appended).toEqual([]);
  });
});
