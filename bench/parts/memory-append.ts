import type { Bench, Part } from "../bench.ts";
import { bytesBelow, type Figure, MB } from "../figure.ts";
import { arrayBody, noise, repeated, storedMessages } from "../load/content.ts";
import { HttpClient } from "../load/http-client.ts";
import { StoredDigest } from "../load/stored-digest.ts";
import { StreamClient } from "../load/stream-client.ts";
import { memoryGrowth } from "../runtime/process-memory.ts";

const BODY_BYTES = 15 * MB;
const LARGEST_BODY_BYTES = 16 * 1024 * 1024;
const TOO_LARGE_BYTES = 17 * 1024 * 1024;
const WARM_UP_MESSAGES = 10_000;
const WARM_UP_APPENDS = 10;
const BOUND_BYTES = 48 * MB;

/** A body at the limits of size or shape. */
interface Shape {
  readonly name: string;
  readonly contentType: string;
  readonly body: () => Uint8Array;
  /** The status that refuses it; without one it is stored. */
  readonly refusedWith?: number;
}

const json = (name: string, open: string, unit: string, close: string): Shape => ({
  name: `15 MB of ${name}`,
  contentType: "application/json",
  body: () => repeated(open, unit, close, BODY_BYTES),
});

const SHAPES: readonly Shape[] = [
  json("[[],[],…]", "[", "[],", "[]]"),
  json("[1,1,1,…]", "[", "1,", "1]"),
  json("one string", '"', "x", '"'),
  { ...json("[[[…]]]", "", "", ""), body: () => nested(BODY_BYTES) },
  { ...json("[[[…, never closed", "[", "[", "["), refusedWith: 400 },
  { name: "16 MiB of bytes", contentType: "application/octet-stream", body: () => noise(1, LARGEST_BODY_BYTES) },
  {
    name: "17 MiB of bytes, refused",
    contentType: "application/octet-stream",
    body: () => noise(1, TOO_LARGE_BYTES),
    refusedWith: 413,
  },
];

/** Taking in the largest bodies: received, judged and stored. */
export const memoryAppend: Part = {
  name: "memory/append",
  async *run(bench) {
    for (const shape of SHAPES) yield await take(bench, shape);
  },
};

async function take(bench: Bench, { name, contentType, body, refusedWith }: Shape): Promise<Figure> {
  await using server = await bench.streams(`append ${SHAPES.findIndex((shape) => shape.name === name)}`);
  const http = new HttpClient(server.origin);
  await warmUp(new StreamClient(http, "warm-up"));
  const stream = new StreamClient(http, "subject", contentType);
  await stream.create();
  const sent = body();
  const growth = await memoryGrowth(server.pid, async () => {
    if (refusedWith === undefined) await stream.append(sent);
    else await stream.appendRefused(sent, refusedWith);
  });
  http.close();
  return bytesBelow(`append of ${name}`, growth, BOUND_BYTES);
}

async function warmUp(stream: StreamClient): Promise<void> {
  await stream.create();
  const count = WARM_UP_MESSAGES / WARM_UP_APPENDS;
  for (let index = 0; index < WARM_UP_APPENDS; index += 1) {
    await stream.append(arrayBody(storedMessages(index * count, count)));
  }
  await stream.read("-1", new StoredDigest());
}

function nested(length: number): Uint8Array {
  const body = Buffer.alloc(length, "]");
  return body.fill("[", 0, length / 2);
}
