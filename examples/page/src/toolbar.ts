import { urlOf } from "./address.ts";
import type { App } from "./app.ts";
import { question } from "./ask.ts";
import * as page from "./elements.ts";
import { attempt } from "./notice.ts";

/** Makes the buttons above the open stream work. */
export function watchToolbar(app: App): void {
  page.plug.addEventListener("click", () => {
    if (app.wire.isPlugged) app.wire.unplug();
    else app.wire.plug();
  });
  page.fork.addEventListener("click", () => attempt("Not forked", () => fork(app)));
  page.close.addEventListener("click", () => attempt("Not closed", () => close(app)));
  page.remove.addEventListener("click", () => attempt("Not deleted", () => remove(app)));
}

async function fork(app: App): Promise<void> {
  const target = await question({
    title: "Fork the stream",
    text: "Another stream begins with all of this one and goes its own way. Nothing is copied.",
    yes: "Fork",
    name: `${page.title.textContent}-fork`,
  });
  if (target === undefined || app.session === undefined) return;
  await app.session.fork(urlOf(target));
  await app.goTo(target);
}

async function close(app: App): Promise<void> {
  const answer = await question({
    title: "Close the stream?",
    text: "It stays readable, but nobody can append to it any more. There is no way back.",
    yes: "Close it",
  });
  if (answer !== undefined) await app.session?.closeStream();
}

async function remove(app: App): Promise<void> {
  const answer = await question({
    title: "Delete the stream?",
    text: "All that is in it is gone, for everybody. There is no way back.",
    yes: "Delete it",
  });
  if (answer !== undefined) await app.session?.deleteStream();
}
