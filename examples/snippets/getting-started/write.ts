import { openStream } from "durable-cf-streams/client";
import { chats } from "./src/contract.ts";

const lobby = openStream(chats, {
  baseUrl: "http://localhost:8787/v1/stream",
  path: { chatId: "lobby" },
  headers: { Authorization: "Bearer secret" },
});
await lobby.create({ ttlSeconds: 7 * 24 * 60 * 60 }); // gone a week after its last use

const producer = lobby.producer({ id: crypto.randomUUID() });
for (const text of ["hello", "is", "anybody", "here?"]) await producer.submit({ from: "ada", text });
await producer.close(); // resolves when all of it is durable
