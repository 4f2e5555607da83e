import { problemText } from "./body.ts";

/** What a client takes from the body of a refusal (RFC 9457). */
export interface Problem {
  /** The error's tag, when the server is one of ours; anything at all when it is not. */
  readonly code?: unknown;
  /** What happened, for people. */
  readonly detail?: string | undefined;
  /** What a schema says, from one of ours. */
  readonly issues?: unknown;
}

/**
 * Reads the problem document of a refusal and drains its body either way.
 *
 * @param response An answer whose body nobody has read.
 * @returns Its code, detail and issues, where they are; never throws.
 */
export async function readProblem(response: Response): Promise<Problem> {
  try {
    const problem: { readonly [Name in keyof Problem]: unknown } = Object(JSON.parse(await problemText(response)));
    const { code, detail, issues } = problem;
    return { code, detail: typeof detail === "string" ? detail : undefined, issues };
  } catch {
    return {};
  }
}
