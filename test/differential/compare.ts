import type { Ask } from "./program.ts";
import type { Seen } from "./seen.ts";

/** One thing that the two answers do not agree on. */
export interface Unlike {
  /** `status`, `body`, `order` (of the offset among earlier ones), or the name of a field. */
  readonly field: string;
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

/** A request and both answers. */
export interface Exchange {
  readonly ask: Ask;
  readonly ours: Seen;
  readonly theirs: Seen;
  /** The page that the entity tag of a conditional request was given for. */
  readonly held: string | undefined;
}

/** What two answers differ in. Where the status does, nothing else is looked at: they say different things. */
export function compare({ ours, theirs }: Exchange): readonly Unlike[] {
  if (ours.status !== theirs.status) {
    return [{ field: "status", ours: String(ours.status), theirs: String(theirs.status) }];
  }
  const names = new Set([...Object.keys(ours.fields), ...Object.keys(theirs.fields)]);
  const unlike: Unlike[] = [];
  for (const field of [...names].sort()) {
    const pair = { field, ours: ours.fields[field], theirs: theirs.fields[field] };
    if (pair.ours !== pair.theirs) unlike.push(pair);
  }
  if (ours.body !== theirs.body) unlike.push({ field: "body", ours: ours.body, theirs: theirs.body });
  return unlike;
}

/**
 * Compares offsets as order: a new one must lie among the earlier ones of its stream as the other server's does.
 *
 * @param ours Earlier ones here, in the order of the answers.
 * @param theirs The same answers' there.
 */
export function compareOrder(
  ours: readonly string[],
  theirs: readonly string[],
  next: { readonly ours: string; readonly theirs: string },
): readonly Unlike[] {
  const here = ours.map((token) => order(token, next.ours)).join("");
  const there = theirs.map((token) => order(token, next.theirs)).join("");
  return here === there ? [] : [{ field: "order", ours: here, theirs: there }];
}

const order = (a: string, b: string): string => (a < b ? "<" : a > b ? ">" : "=");
