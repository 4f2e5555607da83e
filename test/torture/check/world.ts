import type { Content } from "../content.ts";

/** One stream of the model, at one moment. Never changed: what happens to it makes another one. */
export interface ModelStream {
  /** Names the stream within the model: the operation that created it. */
  readonly key: number;
  /** The identity that the server gave it, as soon as an answer told. */
  readonly streamId: string | undefined;
  readonly content: Content;
  readonly closed: boolean;
  readonly ttlMs: number | undefined;
  readonly expiresAt: number | undefined;
  /** What the request that created it asked for, to be compared with a repeated one. */
  readonly asked: {
    readonly ttlMs: number | undefined;
    readonly expiresAt: number | undefined;
    readonly fork: { readonly source: string; readonly offset: string | undefined; readonly sub: number } | undefined;
  };
  /** A time at which it had been used for certain. */
  readonly usedAt: number;
  readonly lastSeq: string | undefined;
  readonly producers: ReadonlyMap<string, { readonly epoch: number; readonly seq: number }>;
  /** The streams that it was forked from, however indirectly. */
  readonly ancestors: ReadonlySet<number>;
}

/** What a path holds: a stream, or what is left of one, which its forks may still need. */
export type Slot =
  | { readonly kind: "live"; readonly stream: ModelStream }
  | { readonly kind: "removed"; readonly stream: ModelStream };

/** A fork in the making: what it will inherit is fixed. */
export interface Inheritance {
  readonly content: Content;
  readonly ttlMs: number | undefined;
  readonly expiresAt: number | undefined;
  readonly ancestors: ReadonlySet<number>;
}

/** Everything there is, at one moment. */
export interface World {
  readonly slots: ReadonlyMap<string, Slot>;
  /** Forks in the making, by operation. */
  readonly inheritances: ReadonlyMap<number, Inheritance>;
}

/** Before anything has happened. */
export const NOTHING: World = { slots: new Map(), inheritances: new Map() };

/** The world with something else at a path; `undefined` for nothing. */
export function withSlot(world: World, path: string, slot: Slot | undefined): World {
  const slots = new Map(world.slots);
  if (slot === undefined) slots.delete(path);
  else slots.set(path, slot);
  return { ...world, slots };
}

/** The world with another state of the stream at a path. */
export const withStream = (world: World, path: string, stream: ModelStream): World =>
  withSlot(world, path, { kind: "live", stream });

/** The world with a fork begun, or no longer in the making. */
export function withInheritance(world: World, id: number, inheritance: Inheritance | undefined): World {
  const inheritances = new Map(world.inheritances);
  if (inheritance === undefined) inheritances.delete(id);
  else inheritances.set(id, inheritance);
  return { ...world, inheritances };
}

/** Equal for equal worlds. Contents of one length are equal, as long as they fit what was read. */
export function fingerprint({ slots, inheritances }: World): string {
  const parts: unknown[] = [];
  for (const [path, { kind, stream }] of [...slots].sort()) {
    const { key, streamId, content, closed, usedAt, lastSeq, producers } = stream;
    parts.push(path, kind, key, streamId, content.length, content.slice(-40), closed, usedAt, lastSeq, ...producers);
  }
  for (const [id, { content }] of inheritances) parts.push(id, content.length);
  return JSON.stringify(parts);
}
