/** Whether the statuses differ so: ours is this one, theirs one of those. */
export const status =
  (ours: number, ...theirs: readonly number[]) =>
  (unlike: {
    readonly field: string;
    readonly ours?: string | undefined;
    readonly theirs?: string | undefined;
  }): boolean =>
    unlike.field === "status" && Number(unlike.ours) === ours && theirs.includes(Number(unlike.theirs));
/** Statuses of requests that went well. */
export const OK = [200, 201, 204, 304];

/** Whether a body is JSON that holds a message. */
export function isMessages(body: string | undefined): boolean {
  const text = rewritten(body);
  return text !== undefined && text !== "[]";
}

/** JSON as `JSON.stringify` writes it; `undefined` for what is none. */
export function rewritten(text: string | undefined): string | undefined {
  try {
    if (text === undefined) return undefined;
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}
