import type { Action } from "./program.ts";
import type { Random } from "./random.ts";

/** What a client is about: how often it does what. What is not named it never does. */
export interface Theme {
  readonly weights: Partial<Record<Action["kind"], number>>;
  /** How often it is about the first stream, where the others weigh 3 and 2. */
  readonly focus: number;
}

const MIXED: Theme = {
  weights: {
    create: 4,
    fork: 3,
    append: 8,
    produce: 9,
    close: 1,
    delete: 1.5,
    head: 2,
    "catch up": 5,
    "long-poll": 4,
    sse: 4,
  },
  focus: 8,
};
const FAMILIES: Theme = {
  weights: { ...MIXED.weights, fork: 12, delete: 5, head: 4, "long-poll": 2, sse: 2 },
  focus: 8,
};
const WRITING: Theme = {
  weights: { create: 0.5, fork: 0.5, append: 8, produce: 8, close: 0.3, delete: 0.3 },
  focus: 40,
};
const READING: Theme = { weights: { "catch up": 1, "long-poll": 5, sse: 5 }, focus: 40 };

/** What the clients of a program are about, in turn. Some programs are about one thing, so that it meets itself. */
export const THEMES: readonly (readonly Theme[])[] = [[MIXED], [WRITING, READING], [FAMILIES]];

const KINDS: readonly Action["kind"][] = [
  "create",
  "fork",
  "append",
  "produce",
  "close",
  "delete",
  "head",
  "catch up",
  "long-poll",
  "sse",
];

/** What a client about a theme does next. */
export const pickKind = (random: Random, { weights }: Theme): Action["kind"] =>
  random.weighted(KINDS.map((kind) => [weights[kind] ?? 0, kind] as const));
