import type { AppendOptions, AppendResult } from "../../src/server/storage/contract/index.ts";
import type { Backend } from "../../src/server/storage/engine/backend.ts";
import type { Commit, Decision } from "../../src/server/storage/engine/commit.ts";
import type { LogStore } from "../../src/server/storage/engine/log-store.ts";
import type { Snapshot } from "../../src/server/storage/engine/state.ts";
import type { Sabotage } from "./beds/memory.ts";

/** A way to break the engine, and what the checker says of it. */
interface Broken {
  readonly sabotage: Sabotage;
  readonly symptom: RegExp;
}

/** Ways to break the engine that the checker must notice. */
export const SABOTAGES: Readonly<Record<string, Broken>> = {
  "does not recognise a repeated append": {
    sabotage: { store: (store) => standIn(store, { append: forgetful(store) }) },
    symptom: /may be \d times|No order explains/,
  },
  "acknowledges what it never commits": {
    sabotage: { backend: lossy },
    symptom: /was acknowledged .* and is not in it|No order explains/,
  },
  "does not wake every reader": {
    sabotage: { store: (store) => standIn(store, { watch: drowsy(store) }) },
    symptom: /was attached and not told|was told of .* no sooner than/,
  },
  "forks one byte too early": {
    sabotage: { backend: (backend) => rewriting(backend, forkedEarly) },
    symptom: /fork [abc] →|SyntaxError|No order explains/,
  },
  "ends a lifetime early for readers": {
    sabotage: { backend: (backend) => standIn(backend, { load: impatient(backend) }) },
    symptom: /No order explains(.|\n)*404/,
  },
  "forgets that a stream is closed": {
    sabotage: { backend: (backend) => rewriting(backend, ({ close: _close, ...rest }) => rest) },
    symptom: /heard that .* ends at|No order explains/,
  },
};

/** Every second change is kept from those who watch. */
function drowsy(store: LogStore): LogStore["watch"] {
  let changes = 0;
  return (path, onChange) =>
    store.watch(path, () => {
      changes += 1;
      if (changes % 2 === 0) onChange();
    });
}

/** Every append is new, whoever sent it how often. */
function forgetful(store: LogStore): LogStore["append"] {
  return async (path, data, options: AppendOptions = {}): Promise<AppendResult> => {
    const { producer, ...plain } = options;
    const result = await store.append(path, data, plain);
    return producer === undefined ? result : { ...result, producer: { ...producer, duplicate: false } };
  };
}

/** Every seventh append is answered and then lost. */
function lossy(backend: Backend): Backend {
  let appends = 0;
  return standIn(backend, {
    transact: async <Result>(...[path, keys, decide]: Parameters<typeof backend.transact<Result>>) => {
      let claimed: number | undefined;
      const outcome = await backend.transact(path, keys, (snapshot: Snapshot): Decision<Result> => {
        const decision = decide(snapshot);
        const bytes = decision.commit?.append?.framed.bytes;
        appends += bytes === undefined ? 0 : 1;
        if (bytes === undefined || appends % 7 !== 0) return decision;
        claimed = bytes.length;
        return { result: decision.result };
      });
      const { result, tail } = outcome;
      if (claimed === undefined || tail === undefined) return outcome;
      return { result, tail: { ...tail, pos: tail.pos + claimed } };
    },
  });
}

/** Readers find a stream that has a third of its lifetime less. */
function impatient(backend: Backend): Backend["load"] {
  return async (path) => {
    const state = await backend.load(path);
    if (state?.ttlSeconds === undefined) return state;
    return { ...state, ttlSeconds: (state.ttlSeconds * 2) / 3 };
  };
}

/** What is committed is not what was decided. */
function rewriting(backend: Backend, rewrite: (commit: Commit) => Commit): Backend {
  return standIn(backend, {
    transact: <Result>(...[path, keys, decide]: Parameters<typeof backend.transact<Result>>) =>
      backend.transact(path, keys, (snapshot: Snapshot): Decision<Result> => {
        const decision = decide(snapshot);
        return decision.commit === undefined ? decision : { ...decision, commit: rewrite(decision.commit) };
      }),
  });
}

/** What a fork inherits ends a byte before its fork point. */
function forkedEarly(commit: Commit): Commit {
  const { create } = commit;
  if (create?.fork === undefined || create.base.pos === 0) return commit;
  const end = create.base.pos - 1;
  const segments = create.fork.segments.map((segment) => ({ ...segment, end: Math.min(segment.end, end) }));
  return { ...commit, create: { ...create, base: { ...create.base, pos: end }, fork: { ...create.fork, segments } } };
}

function standIn<Target extends object>(target: Target, members: Partial<Record<keyof Target, unknown>>): Target {
  return new Proxy(target, {
    get(_target, key): unknown {
      if (key in members) return Reflect.get(members, key);
      const member: unknown = Reflect.get(target, key);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
