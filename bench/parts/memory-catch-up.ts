import type { Bench, Part } from "../bench.ts";
import { bytesBelow, type Figure, MB } from "../figure.ts";
import { arrayBody, MESSAGE_BYTES, noise, storedMessages } from "../load/content.ts";
import { HttpClient } from "../load/http-client.ts";
import { StoredDigest } from "../load/stored-digest.ts";
import { StreamClient } from "../load/stream-client.ts";
import { memoryGrowth } from "../runtime/process-memory.ts";

const WARM_UP_BYTES = 10 * MB;
const BOUND_BYTES = 48 * MB;
const MESSAGES_PER_APPEND = 1000;
const STREAM = "long";
const FORK = "fork";

/** One append: its body, and the same as it is stored. */
interface Appended {
  readonly body: Uint8Array;
  readonly stored: Uint8Array;
}

/** A long stream to write and read back. */
interface Subject {
  readonly name: string;
  readonly contentType: string;
  /** Length to write, in stored bytes. */
  readonly length: number;
  /** The append that begins at a position. */
  appendAt(pos: number): Appended;
}

/** What a reader has to find. */
interface Written {
  readonly length: number;
  readonly sha256: string;
  /** Offset 10 MB, or a little more, before the tail. */
  readonly warmUpOffset: string;
}

/** How it reads. */
interface Manner {
  readonly name: string;
  readonly stream: typeof STREAM | typeof FORK;
  /** Largest page; the default unless given, and then there have to be several. */
  readonly maxReadBytes?: number;
}

const JSON_MESSAGES: Subject = {
  name: "300 MB of JSON",
  contentType: "application/json",
  length: 300 * MB,
  appendAt(pos) {
    const stored = storedMessages(pos / MESSAGE_BYTES, MESSAGES_PER_APPEND);
    return { body: arrayBody(stored), stored };
  },
};

const bytes = (length: number, appendBytes: number, cut: string): Subject => ({
  name: `${length / MB} MB of bytes in appends of ${cut}`,
  contentType: "application/octet-stream",
  length,
  appendAt(pos) {
    const body = noise(pos, appendBytes);
    return { body, stored: body };
  },
});

const LARGE_APPENDS = bytes(300 * MB, 1024 * 1024, "1 MiB");
/** Just long enough for a row each: the most rows that a stream can be made of. */
const SMALL_APPENDS = bytes(100 * MB, 16 * 1024, "16 KiB");

const WHOLE: Manner = { name: "one response", stream: STREAM, maxReadBytes: 1000 * MB };
const PAGES: Manner = { name: "default pages", stream: STREAM };
const FORKED: Manner = { name: "through a fork", stream: FORK, maxReadBytes: 1000 * MB };

/** Reading a stream far larger than an object's memory: at once, by pages, and from another object. */
export const memoryCatchUp: Part = {
  name: "memory/catch-up",
  async *run(bench) {
    yield* measure(bench, JSON_MESSAGES, [WHOLE, PAGES, FORKED]);
    yield* measure(bench, LARGE_APPENDS, [WHOLE, PAGES]);
    yield* measure(bench, SMALL_APPENDS, [WHOLE]);
  },
};

async function* measure(bench: Bench, subject: Subject, manners: readonly Manner[]): AsyncGenerator<Figure> {
  const written = await write(bench, subject);
  for (const manner of manners) yield await readBack(bench, subject, written, manner);
}

async function write(bench: Bench, { name, contentType, length, appendAt }: Subject): Promise<Written> {
  await using server = await bench.streams(name);
  const http = new HttpClient(server.origin);
  const stream = new StreamClient(http, STREAM, contentType);
  const digest = new StoredDigest();
  let warmUpOffset = "-1";
  await stream.create();
  while (digest.length < length) {
    const { body, stored } = appendAt(digest.length);
    const tail = await stream.append(body);
    digest.add(stored);
    if (digest.length <= length - WARM_UP_BYTES) warmUpOffset = tail;
  }
  await new StreamClient(http, FORK, contentType).fork(stream);
  http.close();
  return { length: digest.length, sha256: digest.finish(), warmUpOffset };
}

async function readBack(bench: Bench, subject: Subject, written: Written, manner: Manner): Promise<Figure> {
  await using server = await bench.streams(subject.name, manner.maxReadBytes);
  const http = new HttpClient(server.origin);
  const stream = new StreamClient(http, manner.stream, subject.contentType);
  await stream.read(written.warmUpOffset, new StoredDigest());
  const digest = new StoredDigest();
  let pages = 0;
  const growth = await memoryGrowth(server.pid, async () => {
    pages = await stream.read("-1", digest);
  });
  http.close();
  if (digest.length !== written.length || digest.finish() !== written.sha256) {
    throw new Error(`${digest.length} of ${written.length} bytes came back, or others than were written`);
  }
  if ((pages === 1) !== (manner.maxReadBytes !== undefined)) throw new Error(`It took ${pages} pages`);
  return bytesBelow(`catch-up of ${subject.name}, ${manner.name} (${pages})`, growth, BOUND_BYTES);
}
