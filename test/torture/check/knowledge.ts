import type { Content } from "../content.ts";
import { AFTERWARDS, type Answer, type History, type Operation, type ReadAsk } from "../history.ts";

/** What all reads together tell of one stream. */
interface Known {
  /** How much lies before each offset. */
  readonly lengths: Map<string, number>;
  /** The stream as far as it was read without a hole. */
  content: Content;
}

/**
 * What the readers of a history learned. Offsets are opaque: what an offset stands for is learned from where reads that
 * began at the start got to.
 */
export class Knowledge {
  /** Reads that contradict each other. */
  readonly violations: string[] = [];
  readonly #streams = new Map<string, Known>();

  constructor(history: History) {
    let reads = history.operations.filter(({ answer, ask }) => ask.kind === "read" && answer?.streamId !== undefined);
    for (let learning = true; learning; ) {
      const before = reads.length;
      reads = reads.filter((read) => !this.#learnFrom(read));
      learning = reads.length < before || reads.some((read) => this.#recognise(read));
    }
    for (const operation of history.operations) this.#comparePartial(operation);
    for (const [streamId, { lengths }] of this.#streams) this.#checkOrder(streamId, lengths);
  }

  /** How much lies before an offset of a stream, if anybody found out. */
  lengthAt(streamId: string, offset: string): number | undefined {
    return offset === "-1" ? 0 : this.#streams.get(streamId)?.lengths.get(offset);
  }

  /**
   * Where a read started, as far as anybody knows. Nothing is said of an offset that another stream gave: it means
   * nothing here, or something else.
   */
  startOf({ from, origin }: ReadAsk, { streamId, nextOffset, content }: Answer): number | undefined {
    if (from === "-1") return 0;
    if (streamId === undefined || nextOffset === undefined) return undefined;
    if (from !== "now") return origin === streamId ? this.lengthAt(streamId, from) : undefined;
    const end = this.lengthAt(streamId, nextOffset);
    return end === undefined ? undefined : end - content.length;
  }

  /** What is known to be in a stream, from its start on. */
  content(streamId: string): Content {
    return this.#streams.get(streamId)?.content ?? "";
  }

  #of(streamId: string): Known {
    const known = this.#streams.get(streamId) ?? { lengths: new Map(), content: "" };
    this.#streams.set(streamId, known);
    return known;
  }

  /** Whether there is nothing more to learn from a read. */
  #learnFrom({ name, ask, answer }: Operation): boolean {
    if (ask.kind !== "read" || answer?.streamId === undefined || answer.nextOffset === undefined) return true;
    const { content, nextOffset, streamId } = answer;
    const from = this.startOf(ask, answer);
    if (from === undefined || from > this.#of(streamId).content.length) return false;
    this.#place(name, streamId, from, content);
    this.#learn(name, streamId, nextOffset, from + content.length);
    return true;
  }

  /**
   * Where a read began that nobody knows, when all of the stream is known and its content is found there once. If that is
   * not where the offset stands, the model will notice.
   */
  #recognise({ name, ask, answer }: Operation): boolean {
    if (ask.kind !== "read" || answer?.streamId === undefined || ask.origin !== answer.streamId) return false;
    if (name !== AFTERWARDS || answer.content === "" || this.startOf(ask, answer) !== undefined) return false;
    const { content } = this.#of(answer.streamId);
    const at = content.indexOf(answer.content);
    if (at === -1 || content.indexOf(answer.content, at + 1) !== -1) return false;
    this.#learn(name, answer.streamId, ask.from, at);
    return true;
  }

  #learn(name: string, streamId: string, offset: string, length: number): void {
    const known = this.lengthAt(streamId, offset);
    if (known === undefined) this.#of(streamId).lengths.set(offset, length);
    else if (known !== length) {
      this.violations.push(`${name}: ${offset} of ${streamId} stands behind ${length} bytes, and elsewhere ${known}`);
    }
  }

  #place(name: string, streamId: string, from: number, content: Content): void {
    const known = this.#of(streamId);
    const common = Math.min(content.length, known.content.length - from);
    if (content.slice(0, common) !== known.content.slice(from, from + common)) {
      const [here, there] = [content.slice(0, 80), known.content.slice(from, from + 80)];
      this.violations.push(
        `${name} read ${JSON.stringify(here)} at ${from} of ${streamId}, others ${JSON.stringify(there)}`,
      );
    } else if (common < content.length) {
      known.content += content.slice(common);
    }
  }

  /** What came before a connection broke is a beginning of what is there, as far as anybody knows what is there. */
  #comparePartial({ name, ask, partial }: Operation): void {
    if (ask.kind !== "read" || partial === undefined || ask.origin === undefined) return;
    const from = this.lengthAt(ask.origin, ask.from);
    // The path may hold another stream by now, of which the offset says nothing.
    const others = [...this.#streams].filter(([streamId]) => streamId !== ask.origin).map(([, { content }]) => content);
    const there = this.content(ask.origin).slice(from);
    const fits =
      there.startsWith(partial) || partial.startsWith(there) || others.some((other) => other.includes(partial));
    if (from !== undefined && !fits) {
      this.violations.push(`${name} read ${JSON.stringify(partial.slice(0, 80))} before it broke off; nobody else did`);
    }
  }

  #checkOrder(streamId: string, lengths: ReadonlyMap<string, number>): void {
    const sorted = [...lengths].filter(([offset]) => offset !== "-1").sort(([a], [b]) => (a < b ? -1 : 1));
    let last = -1;
    for (const [offset, length] of sorted) {
      if (length <= last) this.violations.push(`The offset ${offset} of ${streamId} is out of order`);
      last = length;
    }
  }
}
