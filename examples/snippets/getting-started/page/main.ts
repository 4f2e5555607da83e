import { type Checkpoint, openStream } from "durable-cf-streams/client";
import { chats } from "../src/contract.ts";

const lobby = openStream(chats, { baseUrl: "/v1/stream", path: { chatId: "lobby" } });

/** What the page shows, and the position just behind it. */
interface Shown {
  text: string;
  checkpoint?: Checkpoint | undefined;
}

const shown: Shown = JSON.parse(sessionStorage.getItem("lobby") ?? '{"text":""}');
const log = document.body.appendChild(document.createElement("pre"));
log.textContent = shown.text;

// What came since, then what comes, for as long as the page is open.
const reader = lobby.read({ from: shown.checkpoint });
for await (const { from, text } of reader) {
  shown.text += `${from}: ${text}\n`;
  shown.checkpoint = reader.checkpoint;
  log.textContent = shown.text;
  sessionStorage.setItem("lobby", JSON.stringify(shown)); // both or neither
}
