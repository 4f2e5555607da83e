import * as page from "./elements.ts";
import { wordsOf } from "./words.ts";

/**
 * Shows a notice, in the place of the one before.
 *
 * @param text Empty to take the notice away.
 * @param options Whether what it is about can be discarded; not unless given.
 */
export function tell(text: string, { canDiscard = false } = {}): void {
  page.noticeText.textContent = text;
  page.notice.hidden = text === "";
  page.discard.hidden = !canDiscard;
}

/**
 * Does something that the user asked for, and says so when it does not work.
 *
 * @param failure What to say then, before the reason: `Not created`.
 * @param work What to do.
 */
export function attempt(failure: string, work: () => Promise<void>): void {
  work().catch((error: unknown) => tell(`${failure}: ${wordsOf(error)}`));
}
