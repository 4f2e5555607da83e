import { ask } from "./elements.ts";

/** What the page wants to know before it does something. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button says that does it. */
  readonly yes: string;
  /** Asks for a name as well, and suggests this one. */
  readonly name?: string;
}

let answer: ((given: string | undefined) => void) | undefined;

/**
 * Asks, and waits for the answer. Escape and Cancel are the same.
 *
 * @returns The name, or an empty text where none was asked for; `undefined` for no.
 */
export function question({ title, text, yes, name }: Question): Promise<string | undefined> {
  // The event of the last answer may still be on its way.
  settle();
  ask.title.textContent = title;
  ask.text.textContent = text;
  ask.yes.textContent = yes;
  ask.field.hidden = name === undefined;
  ask.name.required = name !== undefined;
  ask.name.value = name ?? "";
  // Escape leaves the answer of the last time where it is.
  ask.dialog.returnValue = "cancel";
  ask.dialog.showModal();
  return new Promise((resolve) => {
    answer = resolve;
  });
}

ask.dialog.addEventListener("close", () => {
  // Else it is about a question that was settled when this one was asked.
  if (!ask.dialog.open) settle();
});

function settle(): void {
  answer?.(ask.dialog.returnValue === "yes" ? ask.name.value.trim() : undefined);
  answer = undefined;
}
