import { expect } from "vitest";
import { formatOffset, isStreamError, type Offset, parseOffset } from "../../../src/shared/index.ts";
import type { FakeClock } from "../../support/fake-clock.ts";
import type { StoreUnderTest } from "../contract/harness.ts";
import { bytesOf, START } from "../contract/support.ts";
import { Model, type ModelStream, type Outcome } from "./model.ts";
import { type Content, type Operation, PATHS } from "./operations.ts";

const JSON_TYPE = "application/json";
const BYTES_TYPE = "application/octet-stream";

/** Does the same to a store and to the model, and compares what comes of it. */
export class Driver {
  readonly #model = new Model();
  /** Each offset that a stream's readers and writers were given, by position. */
  readonly #minted = new Map<ModelStream, Map<number, Offset>>();
  readonly #clock: FakeClock;
  readonly #restart: () => StoreUnderTest;
  #store: StoreUnderTest;

  constructor(store: StoreUnderTest, clock: FakeClock, restart: () => StoreUnderTest) {
    this.#store = store;
    this.#clock = clock;
    this.#restart = restart;
  }

  /** Runs every operation, then reads everything that is left from everywhere. */
  async run(operations: readonly Operation[]): Promise<void> {
    for (const operation of operations) await this.#do(operation);
    for (const path of PATHS) await this.#checkAll(path);
    for (const path of PATHS) await this.#do({ kind: "delete", path });
    await this.#store.maintain();
    expect(await this.#store.maintain()).toBeUndefined();
  }

  async #do(operation: Operation): Promise<void> {
    switch (operation.kind) {
      case "put": {
        const { path, json, ttl, closed, content } = operation;
        const expected = this.#model.put(path, json, ttl && ttl * 1000, closed, content);
        const call = this.#store.put(path, {
          contentType: json ? JSON_TYPE : BYTES_TYPE,
          ttlSeconds: ttl,
          closed,
          data: content?.body.slice(),
        });
        return this.#compare(path, expected, call);
      }
      case "fork":
        return this.#fork(operation);
      case "append": {
        const { path, content, seq, producer, close } = operation;
        return this.#append(path, content, seq, producer, close);
      }
      case "next": {
        const { path, content } = operation;
        const json = this.#model.streams.get(path)?.json ?? content.json;
        return this.#append(path, json === content.json ? content : opposite(content), undefined, undefined, false);
      }
      case "close": {
        const { path, producer } = operation;
        const expected = this.#model.append(path, undefined, undefined, producer, true);
        return this.#compare(path, expected, this.#store.append(path, new Uint8Array(0), { producer, close: true }));
      }
      case "delete": {
        const { path } = operation;
        const expected = this.#model.delete(path);
        const outcome = await outcomeOf(this.#store.delete(path).then(() => ({ nextOffset: formatOffset(0, 0) })));
        return expect(outcome).toMatchObject(expected);
      }
      case "read":
        return this.#read(operation.path, operation.offset, operation.maxBytes);
      case "misread":
        return this.#misread(operation.path, operation.pos, operation.seq);
      case "advance": {
        await this.#clock.advance(operation.seconds * 1000);
        this.#model.advance(operation.seconds * 1000);
        await this.#store.maintain();
        return;
      }
      case "restart": {
        // After a restart a tenth of a sliding lifetime is granted, which the model does not know.
        const sliding = [...this.#model.streams.values()].some(({ ttlMs }) => ttlMs !== undefined);
        if (!sliding) this.#store = this.#restart();
        return;
      }
    }
  }

  async #fork({ path, source, offset, sub, ttl }: Extract<Operation, { kind: "fork" }>): Promise<void> {
    const from = this.#model.streams.get(source);
    const known = from && offset !== undefined ? [...this.#mintedOf(from)] : [];
    const [anchor, forkOffset] =
      offset === undefined ? [undefined, undefined] : (known[offset % Math.max(1, known.length)] ?? [0, START]);
    const expected = this.#model.fork(path, source, forkOffset, anchor, sub, ttl && ttl * 1000);
    const call = this.#store.put(path, { forkedFrom: source, forkOffset, forkSubOffset: sub, ttlSeconds: ttl });
    await this.#compare(path, expected, call);
  }

  async #append(
    path: string,
    content: Content,
    seq: string | undefined,
    producer: { id: string; epoch: number; seq: number } | undefined,
    close: boolean,
  ): Promise<void> {
    const expected = this.#model.append(path, content, seq, producer, close);
    const contentType = content.json ? JSON_TYPE : BYTES_TYPE;
    const data = content.body.slice();
    await this.#compare(path, expected, this.#store.append(path, data, { contentType, seq, producer, close }));
  }

  async #read(path: string, offset: number, maxBytes: number): Promise<void> {
    const stream = this.#model.read(path);
    if ("refused" in stream) return this.#expectRefusal(stream.refused, this.#store.read(path));
    const known = [...this.#mintedOf(stream)];
    const [pos, from] = known[offset % Math.max(1, known.length)] ?? [0, START];
    await this.#readPages(path, stream, pos, from, maxBytes);
  }

  async #readPages(path: string, stream: ModelStream, from: number, offset: Offset, maxBytes: number): Promise<void> {
    let pos = from;
    let next = offset;
    for (let upToDate = false; !upToDate; ) {
      const page = await this.#store.read(path, { offset: next, maxBytes });
      const data = await bytesOf(page);
      sameBytes(data, stream.bytes.subarray(pos, pos + data.length));
      const end = this.#note(stream, page.nextOffset);
      same(end, pos + data.length);
      same(page.upToDate, end === stream.bytes.length);
      same(page.closed, stream.closed && page.upToDate);
      if (stream.json) {
        const within = stream.ends.filter((boundary) => boundary > pos && boundary <= pos + maxBytes);
        const first = stream.ends.find((boundary) => boundary > pos) ?? pos;
        same(end, within.at(-1) ?? first);
      } else {
        same(end, Math.min(pos + maxBytes, stream.bytes.length));
      }
      ({ nextOffset: next, upToDate } = page);
      pos = end;
    }
  }

  async #misread(path: string, pos: number, seq: number): Promise<void> {
    const stream = this.#model.find(path);
    const call = this.#store.read(path, { offset: formatOffset(seq, pos) });
    if ("refused" in stream) return this.#expectRefusal(stream.refused, call);
    const { json, ends, bytes } = stream;
    const valid = pos <= bytes.length && (!json || pos === 0 || ends.includes(pos));
    if (!valid) return this.#expectRefusal("InvalidOffsetError", call);
    this.#model.read(path);
    sameBytes(await bytesOf(await call), bytes.subarray(pos));
  }

  async #checkAll(path: string): Promise<void> {
    const stream = this.#model.read(path);
    if ("refused" in stream) return this.#expectRefusal(stream.refused, this.#store.read(path));
    for (const maxBytes of [stream.json ? 1 : 7, 16, 64, 100_000])
      await this.#readPages(path, stream, 0, START, maxBytes);
    for (const [pos, offset] of [...this.#mintedOf(stream)]) {
      sameBytes(await bytesOf(await this.#store.read(path, { offset })), stream.bytes.subarray(pos));
    }
    const { messages } = await this.#store.get(path);
    const joined = messages.flatMap(({ data }) => (stream.json ? [...data, 0x2c] : [...data]));
    sameBytes(Uint8Array.from(joined), stream.bytes);
    for (const { offset } of messages) this.#note(stream, offset);
    const offsets = [...this.#mintedOf(stream)].sort(([a], [b]) => a - b).map(([, offset]) => offset);
    expect(offsets.toSorted()).toEqual(offsets);
    expect(await this.#store.head(path)).toMatchObject({ closed: stream.closed, nextOffset: offsets.at(-1) });
  }

  /** Compares a write's outcomes, and remembers the offset that it returned. */
  async #compare(path: string, expected: Outcome, call: Promise<{ readonly nextOffset: Offset }>): Promise<void> {
    const outcome = await outcomeOf(call);
    expect(outcome).toMatchObject(expected);
    const stream = this.#model.streams.get(path);
    if (stream !== undefined && "offset" in outcome) this.#note(stream, outcome.offset);
  }

  /** An offset says the same of a position whenever it is minted. */
  #note(stream: ModelStream, offset: Offset): number {
    const { pos } = parseOffset(offset) ?? { pos: Number.NaN };
    const minted = this.#mintedOf(stream);
    same(minted.get(pos) ?? offset, offset);
    minted.set(pos, offset);
    return pos;
  }

  #mintedOf(stream: ModelStream): Map<number, Offset> {
    const known = this.#minted.get(stream);
    if (known !== undefined) return known;
    const inherited = stream.parent === undefined ? [] : [...this.#mintedOf(stream.parent)];
    const base = stream.bytes.length;
    const minted = new Map(inherited.filter(([pos]) => pos <= base));
    this.#minted.set(stream, minted);
    return minted;
  }

  async #expectRefusal(tag: string, call: Promise<unknown>): Promise<void> {
    const outcome = await call.then(
      () => "success",
      (error: unknown) => (isStreamError(error) ? error._tag : error),
    );
    expect(outcome).toBe(tag);
  }
}

/** Asks `expect` only to say what differs: it takes much longer than to find that nothing does. */
function same(actual: unknown, expected: unknown): void {
  if (!Object.is(actual, expected)) expect(actual).toBe(expected);
}

function sameBytes(actual: Uint8Array, expected: Uint8Array): void {
  const equal = actual.length === expected.length && actual.every((byte, at) => byte === expected[at]);
  if (!equal) expect(actual).toEqual(expected);
}

async function outcomeOf(call: Promise<{ readonly nextOffset: Offset }>) {
  try {
    const result = await call;
    return { ...result, tail: parseOffset(result.nextOffset)?.pos, offset: result.nextOffset };
  } catch (error) {
    if (isStreamError(error)) return { refused: error._tag };
    throw error;
  }
}

/** The same bytes for a stream of the other kind. */
function opposite({ json, stored }: Content): Content {
  const bytes = Uint8Array.from(stored.flatMap((piece) => [...piece]));
  if (json) return { json: false, body: bytes, stored: [bytes] };
  const source = new TextEncoder().encode(JSON.stringify([...bytes]));
  return { json: true, body: Uint8Array.from([0x5b, ...source, 0x5d]), stored: [Uint8Array.from([...source, 0x2c])] };
}
