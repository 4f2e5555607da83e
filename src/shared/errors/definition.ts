import type { StreamErrorOptions, TaggedError } from "./base.ts";
import { isMessageIssues } from "./invalid-message-error.ts";

/** The facts of an error class: its own fields, without what every error has. */
type FactsOf<E extends TaggedError> = Omit<E, keyof TaggedError>;

/** How a fact of this type is recognised on a value of unknown origin; `?` allows it to be absent. */
type FactKind<T> = [undefined] extends [T] ? `${RequiredKind<Exclude<T, undefined>>}?` : RequiredKind<T>;
type RequiredKind<T> = [T] extends [string]
  ? "string"
  : [T] extends [number]
    ? "number"
    : [T] extends [readonly string[]]
      ? "string[]"
      : "issues";

/** What sets one error class apart, written once in the table of definitions. */
interface ErrorSpec<E extends TaggedError> {
  /** The class, to recognise instances that need no reviving. */
  readonly constructor: abstract new (
    ...args: never[]
  ) => E;
  /** The problem's short name, the same for every occurrence (RFC 9457 §3.1.3). */
  readonly title: string;
  /** The status it is answered with; left out for errors that only a client meets. */
  readonly status?: number | ((error: E) => number);
  /** The headers it is answered with; none unless given. */
  readonly headers?: (error: E) => Record<string, string>;
  /** Its facts and their kinds. */
  readonly facts: { readonly [Fact in keyof FactsOf<E>]: FactKind<FactsOf<E>[Fact]> };
  /** Builds an instance from the facts of any error of the class. */
  readonly create: (facts: E, options: StreamErrorOptions) => E;
}

/** One row of the table, its error type forgotten so that rows of all classes can be looked up by tag. */
export interface ErrorDefinition<E extends TaggedError = TaggedError> {
  /** The problem's short name. */
  readonly title: string;
  /** Says whether a value has the tag, the name, a message and the facts of the class. */
  readonly matches: (value: unknown) => value is E;
  /** The status to answer with; `undefined` for errors that only a client meets, and for values that do not match. */
  readonly status: (value: unknown) => number | undefined;
  /** The headers to answer with; none for values that do not match. */
  readonly headers: (value: unknown) => Record<string, string>;
  /** An instance of the class with the value's facts, message, cause and stack; `undefined` when it does not match. */
  readonly revive: (value: unknown) => E | undefined;
}

const KINDS: Readonly<Record<string, (fact: unknown) => boolean>> = {
  string: (fact) => typeof fact === "string",
  number: (fact) => typeof fact === "number",
  "string[]": (fact) => Array.isArray(fact) && fact.every((item) => typeof item === "string"),
  issues: isMessageIssues,
};

function isFact(fact: unknown, kind: string): boolean {
  if (!kind.endsWith("?")) return KINDS[kind]?.(fact) === true;
  return fact === undefined || KINDS[kind.slice(0, -1)]?.(fact) === true;
}

/** An object of unknown origin, read field by field. */
interface Unproven {
  readonly _tag?: unknown;
  readonly name?: unknown;
  readonly message?: unknown;
  readonly [fact: string]: unknown;
}

function isObject(value: unknown): value is Unproven {
  return typeof value === "object" && value !== null;
}

/**
 * Writes one row of the table of errors.
 *
 * @param tag The class's `_tag`.
 * @param spec What sets the class apart.
 */
// @__NO_SIDE_EFFECTS__
export function defineError<E extends TaggedError>(tag: E["_tag"], spec: ErrorSpec<E>): ErrorDefinition<E> {
  const kinds: readonly (readonly [string, string])[] = Object.entries<string>(spec.facts);

  const matches = (value: unknown): value is E =>
    isObject(value) &&
    value._tag === tag &&
    value.name === tag &&
    typeof value.message === "string" &&
    kinds.every(([fact, kind]) => isFact(value[fact], kind));

  return {
    title: spec.title,
    matches,
    status: (value) => {
      if (!matches(value)) return undefined;
      return typeof spec.status === "function" ? spec.status(value) : spec.status;
    },
    headers: (value) => (matches(value) ? (spec.headers?.(value) ?? {}) : {}),
    revive: (value) => {
      if (!matches(value)) return undefined;
      if (value instanceof spec.constructor) return value;
      const detail = value.message;
      const revived = spec.create(value, "cause" in value ? { detail, cause: value.cause } : { detail });
      if (typeof value.stack === "string") revived.stack = value.stack;
      return revived;
    },
  };
}
