import { createReadStream } from "node:fs";
import { inBatches } from "./batches.ts";
import { catchUp } from "./catch-up.ts";
import { splitLines } from "./lines.ts";
import { decodeMessage, encodeMessage, MAX_LINE_BYTES } from "./message.ts";
import { Producer } from "./producer.ts";
import type { ReportRow } from "./report.ts";
import { accepted, Retries } from "./retry.ts";
import { tail } from "./tail.ts";
import { Tally } from "./tally.ts";

/** How long a server keeps the stream after its last use, in seconds. The demo leaves nothing behind for good. */
const TTL_SECONDS = 3_600;

/** What a transfer did. */
export interface TransferResult {
  /** The file, what was sent, what was tailed, and what was read back: they are to be the same. */
  readonly rows: readonly ReportRow[];
  /** How many requests of the producer were under way at the same time, at most. */
  readonly peakInFlight: number;
  /** How many requests and connections had to be repeated. */
  readonly retries: number;
}

/**
 * Sends a file through a stream, line by line, and reads it back: live by SSE meanwhile, by catch-up afterwards. Memory
 * does not grow with the file: at any time it holds a few batches and events, or one page (64 MiB by default).
 *
 * @param file - Path of any file.
 * @param url - Of a stream that does not exist yet.
 * @throws What reading the file throws, RefusedError, or a network error that ten attempts did not heal.
 */
export async function transfer(file: string, url: string): Promise<TransferResult> {
  const retries = new Retries();
  const producer = new Producer(url, retries);
  await retries.run(async () => accepted(await fetch(url, { method: "PUT", headers: createHeaders })));

  const [[original, sent], tailed] = await Promise.all([send(file, producer), measure("tailed", tail(url, retries))]);
  const readBack = await measure("read back", catchUp(url, retries));
  return { rows: [original, sent, tailed, readBack], peakInFlight: producer.peakInFlight, retries: retries.count };
}

const createHeaders = { "Content-Type": "application/json", "Stream-TTL": String(TTL_SECONDS) };

async function send(file: string, producer: Producer): Promise<[original: ReportRow, sent: ReportRow]> {
  const original = new Tally();
  const sent = new Tally();
  const start = performance.now();
  for await (const batch of producer.send(inBatches(messagesOf(file, original)))) {
    addMessages(sent, batch.messages.map(parse));
  }
  await producer.close();
  const ms = performance.now() - start;
  return [
    { name: "file", ...original.result() },
    { name: "sent", ...sent.result(), ms },
  ];
}

/** The file's lines as messages. Its bytes are counted before anything is done to them. */
async function* messagesOf(file: string, original: Tally): AsyncGenerator<string, void> {
  const chunks: AsyncIterable<Uint8Array> = createReadStream(file);
  for await (const line of splitLines(counted(chunks, original), MAX_LINE_BYTES)) {
    original.addMessage();
    yield encodeMessage(line);
  }
}

async function* counted(chunks: AsyncIterable<Uint8Array>, tally: Tally): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    tally.addBytes(chunk);
    yield chunk;
  }
}

async function measure(name: string, groups: AsyncIterable<readonly unknown[]>): Promise<ReportRow> {
  const tally = new Tally();
  const start = performance.now();
  for await (const messages of groups) {
    addMessages(tally, messages);
  }
  return { name, ...tally.result(), ms: performance.now() - start };
}

function addMessages(tally: Tally, messages: readonly unknown[]): void {
  for (const message of messages) {
    tally.addBytes(decodeMessage(message));
    tally.addMessage();
  }
}

function parse(text: string): unknown {
  return JSON.parse(text);
}
