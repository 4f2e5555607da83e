import { problemText } from "./body.ts";

/** What a client takes from the body of a refusal (RFC 9457). */
export interface Problem {
  /** The error's tag, when the server is one of ours. */
  readonly code: string | undefined;
  /** What happened, for people. */
  readonly detail: string | undefined;
}

const NONE: Problem = { code: undefined, detail: undefined };

function stringIn(value: object, name: string): string | undefined {
  const member: unknown = Reflect.get(value, name);
  return typeof member === "string" ? member : undefined;
}

/**
 * Reads the problem document of a refusal and drains its body either way.
 *
 * @param response An answer whose body nobody has read.
 * @returns Its code and detail, where they are; never throws.
 */
export async function readProblem(response: Response): Promise<Problem> {
  const text = await problemText(response);
  if (!/json/i.test(response.headers.get("Content-Type") ?? "")) return NONE;
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem !== "object" || problem === null) return NONE;
    return { code: stringIn(problem, "code"), detail: stringIn(problem, "detail") };
  } catch {
    return NONE;
  }
}
