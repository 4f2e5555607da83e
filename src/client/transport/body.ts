import { ignore } from "../ignore.ts";

/** The most that is read of a refusal, in characters: a problem document takes far less. */
const MAX_PROBLEM_CHARACTERS = 65_536;

/** How long a refusal's body may take, in ms; its status says enough to go on without. */
const MAX_PROBLEM_MS = 5_000;

/**
 * Gives up a body that nobody will read, so that its connection can be used again or is closed.
 *
 * @param response An answer whose body is not locked.
 */
export function discard(response: Response): void {
  // A body that failed already has nothing left to give up.
  response.body?.cancel().catch(ignore);
}

/**
 * Reads the text of a refusal, somewhat more than 65,536 characters at most and for up to 5 s.
 *
 * @param response An answer whose body nobody has read.
 * @returns The text, as far as it came in time; empty when there is none.
 * @throws What breaks the body off.
 */
export async function problemText({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const giveUp = (): void => {
    reader?.cancel().catch(ignore);
  };
  // Real time, whatever clock the client has: this only keeps a body that never ends from holding up an error.
  const timer = setTimeout(giveUp, MAX_PROBLEM_MS);
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      text += decoder.decode(next.value, { stream: true });
      if (text.length > MAX_PROBLEM_CHARACTERS) break;
    }
  } finally {
    clearTimeout(timer);
    giveUp();
  }
  return text;
}
