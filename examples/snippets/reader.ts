import { DurableStream } from "durable-cf-streams/client";

const stream = new DurableStream<{ from: string; text: string }>({ url: "https://example.com/v1/stream/chat" });
const saved = localStorage.getItem("chat");

// Everything since the last visit, then what comes, for as long as the page is open.
const reader = stream.read({ from: saved === null ? "start" : JSON.parse(saved) });
for await (const { from, text } of reader) {
  document.body.append(`${from}: ${text}\n`);
  localStorage.setItem("chat", JSON.stringify(reader.checkpoint)); // just behind this message
}
