import { openStream } from "durable-cf-streams/client";
import { answers, type Part } from "../contract.ts";
import { page } from "./elements.ts";
import { loadProgress, saveProgress } from "./progress.ts";

let watching = new AbortController();

page.question.addEventListener("submit", (event) => {
  event.preventDefault();
  const answerId = crypto.randomUUID();
  ask(answerId, page.prompt.value).catch(tell);
});
page.prompt.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    page.question.requestSubmit();
  }
});
addEventListener("popstate", () => watchNamed());
watchNamed();

/** Asks for an answer, and shows it in this tab. */
async function ask(answerId: string, prompt: string): Promise<void> {
  const response = await fetch("/api/answers", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ answerId, prompt }),
  });
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
  history.pushState(null, "", `#${answerId}`);
  watchNamed();
}

/** Shows the answer that the address names. */
function watchNamed(): void {
  const answerId = location.hash.slice(1);
  watching.abort();
  watching = new AbortController();
  page.answer.hidden = answerId === "";
  if (answerId !== "") watch(answerId, watching.signal).catch(tell);
}

/** Reads an answer to its end, from where this tab has left it. */
async function watch(answerId: string, signal: AbortSignal): Promise<void> {
  const saved = loadProgress(answerId);
  let text = saved?.text ?? "";
  page.text.textContent = text;
  page.problem.hidden = true;
  page.resumed.hidden = saved === undefined;
  page.resumed.textContent = `Resumed behind the ${text.length} characters that this tab had.`;
  page.anotherTab.href = location.href;
  show("Answering…", true);

  const stream = openStream(answers, { baseUrl: "/v1/stream", path: { answerId } });
  const reader = stream.read({ from: saved?.checkpoint ?? "start", signal });
  try {
    for await (const { messages, checkpoint } of reader.batches()) {
      for (const part of messages) text += textOf(part);
      page.text.textContent = text;
      saveProgress(answerId, { text, checkpoint });
    }
    show("Finished", false);
  } catch (error) {
    // Another answer is being watched now.
    if (!signal.aborted) throw error;
  }
}

function textOf(part: Part): string {
  if ("text" in part) return part.text;
  tell(new Error(part.error));
  return "";
}

function show(state: string, isBusy: boolean): void {
  page.state.textContent = state;
  page.text.ariaBusy = String(isBusy);
}

function tell(error: unknown): void {
  page.answer.hidden = false;
  page.problem.hidden = false;
  page.problem.textContent = error instanceof Error ? error.message : String(error);
  show("Stopped", false);
}
