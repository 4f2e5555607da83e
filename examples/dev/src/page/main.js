// The page: opens the stream named in the address, creates it when asked to, and appends what is typed.
import { bodyOf } from "./body.js";
import * as page from "./elements.js";
import { LogView } from "./log-view.js";
import { isJson } from "./messages.js";
import { Panel } from "./panel.js";
import { createStream, inspectStream, RefusedError, streamUrl } from "./stream.js";

const view = new LogView(page.log, page.entries, page.logNote);
/** @type {Panel | undefined} */
let panel;
/** Counts navigations, so that a slow answer to an old one is dropped. */
let visit = 0;

page.opener.addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = page.name.value.trim();
  try {
    await createStream(streamUrl(name), page.contentType.value);
    tell("");
  } catch (error) {
    // A stream that is there already, as something else, is opened as what it is.
    const exists = error instanceof RefusedError && error.status === 409;
    tell(exists ? `“${name}” is there already, with another content type or closed: opened as it is.` : wordsOf(error));
    if (!exists) {
      return;
    }
  }
  history.pushState(null, "", `#${encodeURIComponent(name)}`);
  if ((await open()) && !page.composer.hidden) {
    page.message.focus();
  }
});

page.composer.addEventListener("submit", async (event) => {
  event.preventDefault();
  const typed = page.message.value;
  const { body } = bodyOf(panel?.contentType ?? "", typed);
  if (panel === undefined || body === "") {
    return;
  }
  page.message.value = "";
  showHint();
  tell("");
  page.message.focus();
  try {
    await panel.writer.append(body);
  } catch (error) {
    tell(`Not appended: ${wordsOf(error)}`);
    // Given back to be corrected, unless the next one is being typed.
    page.message.value ||= typed;
    showHint();
  }
});

page.message.addEventListener("keydown", (event) => {
  // Enter that ends the composition of a character is not meant for us.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    page.composer.requestSubmit();
  }
});

page.message.addEventListener("input", showHint);

page.close.addEventListener("click", async () => {
  if (panel !== undefined && confirm("Close this stream? It stays readable, but nobody can append to it any more.")) {
    await panel.writer.close().catch((error) => tell(`Not closed: ${wordsOf(error)}`));
  }
});

addEventListener("popstate", open);
addEventListener("unhandledrejection", ({ reason }) => tell(wordsOf(reason)));
open();

/**
 * Opens the stream that the address names, if it is there.
 *
 * @returns {Promise<boolean>} Whether it was.
 */
async function open() {
  visit += 1;
  const mine = visit;
  panel?.stop();
  panel = undefined;
  const name = decodeName(location.hash.slice(1));
  page.name.value = name === "" ? page.name.value : name;
  showCommands(page.name.value, page.contentType.value);
  if (name === "") {
    page.stream.hidden = true;
    return false;
  }

  const url = streamUrl(name);
  const facts = await inspectStream(url).catch((error) => void tell(wordsOf(error)));
  if (mine !== visit) {
    return false;
  }
  page.stream.hidden = facts === undefined;
  if (facts === undefined) {
    if (page.notice.hidden) {
      tell(`There is no stream “${name}” yet. Create it above.`);
    }
    return false;
  }
  document.title = `${name} · durable-cf-streams`;
  page.title.textContent = name;
  page.anotherTab.href = location.href;
  panel = new Panel(url, facts, view);
  showCommands(name, facts.contentType);
  showHint();
  return true;
}

/** @param {string} text - Empty to take the notice away. */
function tell(text) {
  page.notice.textContent = text;
  page.notice.hidden = text === "";
}

function showHint() {
  const { hint } = bodyOf(panel?.contentType ?? "", page.message.value);
  page.hint.textContent = hint || "Enter appends, Shift+Enter begins a new line.";
}

/**
 * @param {string} name
 * @param {string} contentType
 */
function showCommands(name, contentType) {
  const url = streamUrl(name);
  const header = `-H ${quote(`Content-Type: ${contentType}`)}`;
  const body = quote(isJson(contentType) ? '{"hello":"world"}' : "hello");
  page.curl.textContent = [
    `curl -X PUT ${quote(url)} ${header}`,
    `curl -X POST ${quote(url)} ${header} -d ${body}`,
    `curl -N ${quote(`${url}?offset=-1&live=sse`)}`,
  ].join("\n");
}

/**
 * One word for a POSIX shell. Names and types were chosen by others, and these lines are made to be pasted.
 *
 * @param {string} text
 */
function quote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** @param {string} escaped */
function decodeName(escaped) {
  try {
    return decodeURIComponent(escaped);
  } catch {
    return escaped;
  }
}

/** @param {unknown} error */
function wordsOf(error) {
  if (error instanceof RefusedError) {
    return error.message;
  }
  return error instanceof TypeError ? "The server cannot be reached." : String(error);
}
