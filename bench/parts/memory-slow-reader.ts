import type { IncomingMessage } from "node:http";
import type { Bench, Part } from "../bench.ts";
import { bytesBelow, MB } from "../figure.ts";
import { arrayBody, storedMessages } from "../load/content.ts";
import { HttpClient } from "../load/http-client.ts";
import { StoredDigest } from "../load/stored-digest.ts";
import { StreamClient } from "../load/stream-client.ts";
import { memoryGrowth } from "../runtime/process-memory.ts";

const APPENDS = 100;
const WARM_UP_APPENDS = 10;
const MESSAGES_PER_APPEND = 1000;
const BOUND_BYTES = 16 * MB;

/** A live reader that stops reading while the stream grows by far more than an object's memory. */
export const memorySlowReader: Part = {
  name: "memory/slow-reader",
  async *run(bench) {
    const alone = await growthWhileAppending(bench, "alone", false);
    const watched = await growthWhileAppending(bench, "watched", true);
    yield bytesBelow(`slow SSE reader, ${APPENDS} MB appended, over the same without it`, watched - alone, BOUND_BYTES);
  },
};

async function growthWhileAppending(bench: Bench, folder: string, withReader: boolean): Promise<number> {
  await using server = await bench.streams(`slow-reader ${folder}`);
  const http = new HttpClient(server.origin);
  const live = new HttpClient(server.origin);
  const stream = new StreamClient(http, "subject");
  await stream.create();
  let tail = await appendMany(stream, 0, WARM_UP_APPENDS);
  await stream.read("-1", new StoredDigest());
  let reader: IncomingMessage | undefined;
  const growth = await memoryGrowth(server.pid, async () => {
    if (withReader) reader = (await new StreamClient(live, "subject").follow("-1")).pause();
    tail = await appendMany(stream, WARM_UP_APPENDS, APPENDS);
  });
  if (reader !== undefined) await readUpTo(reader, tail);
  live.close();
  http.close();
  return growth;
}

async function appendMany(stream: StreamClient, first: number, count: number): Promise<string> {
  let tail = "";
  for (let index = first; index < first + count; index += 1) {
    tail = await stream.append(arrayBody(storedMessages(index * MESSAGES_PER_APPEND, MESSAGES_PER_APPEND)));
  }
  return tail;
}

/** The reader was slow, not gone: reading on, it comes to the tail. */
async function readUpTo(reader: IncomingMessage, tail: string): Promise<void> {
  const control = `"streamNextOffset":"${tail}"`;
  let end = "";
  for await (const chunk of reader.setEncoding("latin1")) {
    end = (end + String(chunk)).slice(-2 * control.length - 200);
    if (end.includes(control)) return;
  }
  throw new Error("The slow reader was sent away before the tail");
}
