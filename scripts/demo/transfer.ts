import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { DurableStream, type StreamReader } from "../../src/client/index.ts";
import { splitLines } from "./lines.ts";
import { decodeMessage, encodeMessage, MAX_LINE_BYTES, type Message } from "./message.ts";
import { type Breakdown, Network } from "./network.ts";
import type { ReportRow } from "./report.ts";
import { Tailing } from "./tailing.ts";
import { Tally } from "./tally.ts";

/** How long a server keeps the stream after its last use, in seconds. The demo leaves nothing behind for good. */
const TTL_SECONDS = 3_600;

/** Small enough that a short file takes several requests. */
const MOST_MESSAGES_IN_BATCH = 250;
const MOST_IN_FLIGHT = 4;
const RETRY = { maxAttempts: 10, baseDelayMs: 50, maxDelayMs: 5_000 };

/** What breaks down on the way of the file, at even distances. */
const BREAKDOWNS: readonly Breakdown[] = [
  { on: "answer", method: "POST", bytes: 0 },
  { on: "request", method: "POST" },
  { on: "answer", method: "POST", bytes: 0 },
];

/** What a transfer did. */
export interface TransferResult {
  /** The file, what was sent, what was tailed, and what was read back: they are to be the same. */
  readonly rows: readonly ReportRow[];
  /** How many requests of the producer were under way at the same time, at most. */
  readonly peakInFlight: number;
  /** How many connections were cut on purpose. */
  readonly cuts: number;
  /** How many requests of the producer and the readers failed and were repeated. */
  readonly retries: number;
}

/**
 * Sends a file through a stream, line by line, and reads it back: live by SSE meanwhile, by catch-up afterwards. The
 * network in between is killed on the way. Memory does not grow with the file.
 *
 * @param file - Path of any file.
 * @param origin - Of the server.
 * @param path - Of a stream that does not exist yet.
 * @throws What reading the file throws, or the client's error for what repeating did not heal.
 */
export async function transfer(file: string, origin: string, path: string): Promise<TransferResult> {
  await using network = await Network.to(origin);
  const ending = new AbortController();
  try {
    return await new Transfer(file, network, path, ending.signal).result();
  } finally {
    // When the sending fails, the tailing would wait for ever.
    ending.abort();
  }
}

class Transfer {
  readonly #file: string;
  readonly #network: Network;
  readonly #stream: DurableStream<Message>;
  #peakInFlight = 0;
  #retries = 0;

  constructor(file: string, network: Network, path: string, signal: AbortSignal) {
    this.#file = file;
    this.#network = network;
    this.#stream = new DurableStream<Message>({ url: `${network.origin}${path}`, retry: RETRY, signal });
  }

  async result(): Promise<TransferResult> {
    const { size } = await stat(this.#file);
    await this.#stream.create({ ttlSeconds: TTL_SECONDS });
    const tailing = new Tailing();
    const tail = this.#stream.read({
      live: "sse",
      onStatus: (status) => {
        tailing.notice(status);
        if (status.type === "retrying") this.#retries += 1;
      },
    });
    const [[original, sent], tailed] = await Promise.all([this.#send(size, tailing), measure("tailed", tail)]);
    this.#network.breakDown({ on: "answer", method: "GET", bytes: Math.ceil(size / 2) });
    const again = this.#stream.read({
      live: false,
      onStatus: ({ type }) => {
        if (type === "retrying") this.#retries += 1;
      },
    });
    const readBack = await measure("read back", again);
    return {
      rows: [original, sent, tailed, readBack],
      peakInFlight: this.#peakInFlight,
      cuts: this.#network.cuts,
      retries: this.#retries,
    };
  }

  /** Sends the file, and plans a breakdown whenever another part of it has been handed over. */
  async #send(size: number, tailing: Tailing): Promise<[original: ReportRow, sent: ReportRow]> {
    const original = new Tally();
    const sent = new Tally();
    const plans = BREAKDOWNS.map((plan, index) => ({ plan, at: (size * index) / BREAKDOWNS.length }));
    const producer = this.#stream.producer({
      id: `demo-${randomUUID()}`,
      maxBatchMessages: MOST_MESSAGES_IN_BATCH,
      maxInFlight: MOST_IN_FLIGHT,
      onEvent: ({ type }) => {
        this.#peakInFlight = Math.max(this.#peakInFlight, producer.inFlight);
        if (type === "retried") this.#retries += 1;
      },
    });
    await tailing.live();
    let handedOver = 0;
    let broken = Promise.resolve();
    const start = performance.now();
    for await (const line of splitLines(counted(createReadStream(this.#file), original), MAX_LINE_BYTES)) {
      original.addMessage();
      const [next] = plans;
      if (next !== undefined && handedOver >= next.at) {
        plans.shift();
        // Each one is to cut everybody, so the one before must be over. A producer that fails says so here, too.
        await Promise.race([broken, producer.flush()]);
        await tailing.live();
        broken = this.#network.breakDown(next.plan).then(() => tailing.lose());
      }
      handedOver += line.length;
      const message = encodeMessage(line);
      const { acknowledged } = await producer.submit(message);
      acknowledged.then(
        () => add(sent, message),
        () => {},
      );
    }
    await producer.close({ closeStream: true });
    const ms = performance.now() - start;
    return [
      { name: "file", ...original.result() },
      { name: "sent", ...sent.result(), ms },
    ];
  }
}

/** Bytes as they pass, counted before anything is done to them. */
async function* counted(chunks: AsyncIterable<Uint8Array>, tally: Tally): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    tally.addBytes(chunk);
    yield chunk;
  }
}

async function measure(name: string, reader: StreamReader): Promise<ReportRow> {
  const tally = new Tally();
  const start = performance.now();
  for await (const message of reader) add(tally, message);
  return { name, ...tally.result(), ms: performance.now() - start };
}

function add(tally: Tally, message: unknown): void {
  tally.addBytes(decodeMessage(message));
  tally.addMessage();
}
