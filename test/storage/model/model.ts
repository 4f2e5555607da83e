/** One stream of the model: its bytes in one array, inherited ones copied. */
export interface ModelStream {
  readonly json: boolean;
  readonly ttlMs: number | undefined;
  /** How the request that created it named its source; `undefined` for a stream that is no fork. */
  readonly forkedFrom:
    | { readonly source: string; readonly offset: string | undefined; readonly sub: number }
    | undefined;
  /** The lifetime that the request asked for. */
  readonly askedTtlMs: number | undefined;
  readonly parent: ModelStream | undefined;
  readonly children: Set<ModelStream>;
  readonly producers: Map<string, { epoch: number; seq: number }>;
  /** Positions that readers may stand at, ascending; of a stream of bytes, every position. */
  readonly ends: number[];
  bytes: Uint8Array;
  closed: boolean;
  deleted: boolean;
  touchedAt: number;
  lastSeq: string | undefined;
}

/** What a call comes to: a value, or the tag of a refusal. */
export type Outcome = { readonly refused: string } | { readonly tail: number; readonly [fact: string]: unknown };

/** What a write brings: whole messages, framed as they are stored. */
export interface ModelData {
  readonly json: boolean;
  readonly stored: readonly Uint8Array[];
}

/** The protocol, told once more and as plainly as possible: streams in a map, bytes copied, nothing shared. */
export class Model {
  readonly streams = new Map<string, ModelStream>();
  now = 0;

  put(path: string, json: boolean, ttlMs: number | undefined, closed: boolean, data: ModelData | undefined): Outcome {
    const existing = this.#find(path);
    if (existing === "gone") return { refused: "StreamConflictError" };
    if (existing !== "absent") {
      const same = existing.json === json && existing.askedTtlMs === ttlMs && existing.closed === closed;
      return same && existing.forkedFrom === undefined
        ? { tail: existing.bytes.length, created: false }
        : { refused: "StreamConflictError" };
    }
    const stream = this.#add(path, {
      json,
      ttlMs,
      askedTtlMs: ttlMs,
      forkedFrom: undefined,
      parent: undefined,
      bytes: new Uint8Array(0),
      ends: [],
    });
    if (data !== undefined) extend(stream, data);
    stream.closed = closed;
    return { tail: stream.bytes.length, created: true };
  }

  fork(
    path: string,
    source: string,
    offset: string | undefined,
    anchor: number | undefined,
    sub: number,
    ttlMs: number | undefined,
  ): Outcome {
    const existing = this.#find(path);
    if (existing === "gone") return { refused: "StreamConflictError" };
    if (existing !== "absent") {
      const { forkedFrom, askedTtlMs, closed } = existing;
      const same = forkedFrom?.source === source && forkedFrom.offset === offset && forkedFrom.sub === sub;
      return same && askedTtlMs === ttlMs && !closed
        ? { tail: existing.bytes.length, created: false }
        : { refused: "StreamConflictError" };
    }
    const parent = path === source ? "absent" : this.#find(source);
    if (parent === "absent") return { refused: "StreamNotFoundError" };
    if (parent === "gone") return { refused: "StreamConflictError" };
    const from = anchor ?? parent.bytes.length;
    if (from > parent.bytes.length) return { refused: "InvalidOffsetError" };
    if (parent.json && from > 0 && !parent.ends.includes(from)) return { refused: "InvalidOffsetError" };
    const base = parent.json ? [from, ...parent.ends.filter((end) => end > from)].at(sub) : from + sub;
    if (base === undefined || base > parent.bytes.length) return { refused: "InvalidRequestError" };
    const stream = this.#add(path, {
      json: parent.json,
      ttlMs: ttlMs ?? parent.ttlMs,
      askedTtlMs: ttlMs,
      forkedFrom: { source, offset, sub },
      parent,
      bytes: parent.bytes.slice(0, base),
      ends: parent.ends.filter((end) => end <= base),
    });
    parent.children.add(stream);
    return { tail: stream.bytes.length, created: true };
  }

  append(
    path: string,
    data: ModelData | undefined,
    seq: string | undefined,
    producer: { id: string; epoch: number; seq: number } | undefined,
    close: boolean,
  ): Outcome {
    const stream = this.#find(path);
    if (stream === "absent") return { refused: "StreamNotFoundError" };
    if (stream === "gone") return { refused: "StreamGoneError" };
    const known = producer && stream.producers.get(producer.id);
    if (producer && known && producer.epoch < known.epoch) return { refused: "ProducerFencedError" };
    if (producer && known && producer.epoch === known.epoch && producer.seq <= known.seq) {
      stream.touchedAt = this.now;
      return { tail: stream.bytes.length, appended: false, closed: stream.closed };
    }
    if (stream.closed) {
      if (!close || data !== undefined || producer !== undefined) return { refused: "StreamClosedError" };
      stream.touchedAt = this.now;
      return { tail: stream.bytes.length, appended: false, closed: true };
    }
    if (data !== undefined && data.json !== stream.json) return { refused: "ContentTypeMismatchError" };
    if (data === undefined && !close) return { refused: "InvalidRequestError" };
    if (producer) {
      const newEpoch = known === undefined || producer.epoch > known.epoch;
      const expected = newEpoch ? 0 : known.seq + 1;
      if (producer.seq !== expected) {
        return { refused: known && newEpoch ? "InvalidProducerError" : "ProducerSequenceConflictError" };
      }
    }
    if (seq !== undefined && stream.lastSeq !== undefined && seq <= stream.lastSeq) {
      return { refused: "SequenceConflictError" };
    }
    if (data !== undefined) {
      extend(stream, data);
      stream.lastSeq = seq ?? stream.lastSeq;
    }
    if (producer) stream.producers.set(producer.id, { epoch: producer.epoch, seq: producer.seq });
    stream.closed ||= close;
    stream.touchedAt = this.now;
    return { tail: stream.bytes.length, appended: data !== undefined, closed: stream.closed };
  }

  delete(path: string): Outcome {
    const stream = this.#find(path);
    if (stream === "absent") return { refused: "StreamNotFoundError" };
    if (stream === "gone") return { refused: "StreamGoneError" };
    this.#end(path, stream);
    return { tail: 0 };
  }

  /** The stream that a reader finds, or how it is refused. */
  find(path: string): ModelStream | { readonly refused: string } {
    const stream = this.#find(path);
    if (stream === "absent") return { refused: "StreamNotFoundError" };
    return stream === "gone" ? { refused: "StreamGoneError" } : stream;
  }

  /** The same for a reader who is not refused for what it asks: that uses the stream. */
  read(path: string): ModelStream | { readonly refused: string } {
    const stream = this.find(path);
    if (!("refused" in stream)) stream.touchedAt = this.now;
    return stream;
  }

  /** Moves the time, and ends what is over. */
  advance(ms: number): void {
    this.now += ms;
    for (const [path, stream] of [...this.streams]) {
      const over = stream.ttlMs !== undefined && this.now >= stream.touchedAt + stream.ttlMs;
      if (over && !stream.deleted) this.#end(path, stream);
    }
  }

  #find(path: string): ModelStream | "absent" | "gone" {
    const stream = this.streams.get(path);
    if (stream === undefined) return "absent";
    return stream.deleted ? "gone" : stream;
  }

  #add(
    path: string,
    facts: Pick<ModelStream, "json" | "ttlMs" | "askedTtlMs" | "forkedFrom" | "parent" | "bytes" | "ends">,
  ) {
    const stream: ModelStream = {
      ...facts,
      children: new Set(),
      producers: new Map(),
      closed: false,
      deleted: false,
      touchedAt: this.now,
      lastSeq: undefined,
    };
    this.streams.set(path, stream);
    return stream;
  }

  #end(path: string, stream: ModelStream): void {
    stream.deleted = true;
    if (stream.children.size > 0) return;
    this.streams.delete(path);
    const { parent } = stream;
    if (parent === undefined) return;
    parent.children.delete(stream);
    const kept = [...this.streams].find(([, candidate]) => candidate === parent);
    if (kept !== undefined && parent.deleted) this.#end(kept[0], parent);
  }
}

function extend(stream: ModelStream, { stored }: ModelData): void {
  for (const piece of stored) {
    const longer = new Uint8Array(stream.bytes.length + piece.length);
    longer.set(stream.bytes);
    longer.set(piece, stream.bytes.length);
    stream.bytes = longer;
    stream.ends.push(longer.length);
  }
}
