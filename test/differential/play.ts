import { compare, compareOrder, type Exchange, type Unlike } from "./compare.ts";
import type { Difference } from "./difference.ts";
import { type Ask, describeStep, type Step } from "./program.ts";
import type { EventReading, Seen } from "./seen.ts";
import { Side } from "./side.ts";

/** Two servers side by side. */
export interface Pair {
  readonly ours: string;
  readonly theirs: string;
  /** Lets time go by for both; a pair without it plays no waits. */
  readonly pass?: ((seconds: number) => Promise<void>) | undefined;
  /** Counts requests made to each. */
  requests: number;
  /** Counts programs, whose folders must all be different. */
  programs: number;
}

/** Names the known difference that this is, if it is one. */
export type Explain = (unlike: Unlike, exchange: Exchange) => Pick<Difference, "diverges"> | undefined;

/** The two servers differ, and nobody knows why. */
export class Unexplained extends Error {}

/** Plays one program on both servers. Ends early where a known difference has left them with different streams. */
export class Play {
  readonly #pair: Pair;
  readonly #explain: Explain;
  readonly #ours: Side;
  readonly #theirs: Side;
  /** The pages that the last entity tags were given for. */
  readonly #held = new Map<Ask["stream"], string>();
  #isOver = false;

  constructor(pair: Pair, explain: Explain) {
    const folder = `/v1/stream/d${process.pid}-${pair.programs++}/`;
    this.#pair = pair;
    this.#explain = explain;
    this.#ours = new Side(pair.ours, folder);
    this.#theirs = new Side(pair.theirs, folder);
  }

  /** @throws Unexplained with the first difference that is not explained. */
  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (this.#isOver) return;
      try {
        await this.#step(step);
      } catch (error) {
        if (error instanceof Unexplained) error.message += `\n  at: ${describeStep(step)}`;
        throw error;
      }
    }
  }

  async #step(step: Step): Promise<void> {
    if (step.kind === "wait") await this.#pair.pass?.(step.seconds);
    else if (step.kind === "ask") await this.#ask(step.ask);
    else if (step.live === "sse") await this.#follow(step.stream, step.by);
    else await this.#poll(step.stream, step.by);
  }

  async #ask(ask: Ask): Promise<void> {
    await this.#judge(ask, (side) => side.ask(ask));
  }

  /** Both wait while the second request is made; it may also overtake the first, which must not matter. */
  async #poll(stream: Ask["stream"], by: Ask): Promise<void> {
    const head: Ask = { method: "HEAD", stream, headers: {} };
    const found = await this.#judge(head, (side) => side.ask(head));
    if (found.ours.status !== 200 || found.theirs.status !== 200) return;
    const learned = this.#ours.tokens.of(stream).length - 1;
    const poll: Ask = { method: "GET", stream, headers: {}, live: "long-poll", offset: { learned } };
    let isWorthWaiting = true;
    const waits = [this.#ours, this.#theirs].map(async (side) => {
      for (;;) {
        const seen = await side.ask(poll);
        const isIdle = seen.status === 204 && seen.fields["stream-closed"] === undefined;
        if (!isIdle || !isWorthWaiting) return seen;
      }
    });
    try {
      const tails = this.#tails(stream, learned);
      const answers = await this.#judge(by, (side) => side.ask(by));
      isWorthWaiting = !this.#isOver && effectOf(answers, tails) !== undefined;
    } catch (error) {
      isWorthWaiting = false;
      await Promise.all(waits);
      throw error;
    }
    const [ours, theirs] = await Promise.all(waits);
    if (ours !== undefined && theirs !== undefined && !this.#isOver) await this.#compare(poll, ours, theirs);
  }

  /** A reader of events is at the tail of each; then the second request is made, and both read what it did. */
  async #follow(stream: Ask["stream"], by: Ask): Promise<void> {
    const get: Ask = { method: "GET", stream, headers: {}, live: "sse", offset: { text: "now" } };
    const [ours, theirs] = await Promise.all([this.#ours.follow(get), this.#theirs.follow(get)]);
    try {
      this.#pair.requests += 1;
      await this.#compare(get, ours.first, theirs.first);
      if (this.#isOver) return;
      const isLive = ours.first.fields.streamClosed === undefined;
      const tails = [ours.first.offset, theirs.first.offset];
      const answers = await this.#judge(by, (side) => side.ask(by));
      const effect = effectOf(answers, tails);
      if (this.#isOver || !isLive || effect === undefined || ours.events === undefined || theirs.events === undefined)
        return;
      const read = (events: EventReading, { offset }: Seen): Promise<Seen> =>
        events.until(
          ({ streamNextOffset, upToDate, streamClosed }) =>
            streamClosed === true || (effect === "data" && upToDate === true && streamNextOffset === offset),
        );
      const [ourRest, theirRest] = await Promise.all([
        read(ours.events, answers.ours),
        read(theirs.events, answers.theirs),
      ]);
      await this.#compare(get, ourRest, theirRest);
    } finally {
      ours.events?.close();
      theirs.events?.close();
    }
  }

  #tails(stream: Ask["stream"], learned: number): readonly (string | undefined)[] {
    return [this.#ours.tokens.of(stream)[learned], this.#theirs.tokens.of(stream)[learned]];
  }

  /** Asks both at once. */
  async #judge(ask: Ask, how: (side: Side) => Promise<Seen>): Promise<Answers> {
    this.#pair.requests += 1;
    const [ours, theirs] = await Promise.all([how(this.#ours), how(this.#theirs)]);
    await this.#compare(ask, ours, theirs);
    return { ours, theirs };
  }

  async #compare(ask: Ask, ours: Seen, theirs: Seen): Promise<void> {
    const exchange: Exchange = { ask, ours, theirs, held: this.#held.get(ask.stream) };
    this.#require(compare(exchange), exchange);
    const isRead = ask.method === "GET" || ask.method === "HEAD";
    // What one has done and the other has not makes two different streams of one.
    if (!isRead && ours.status !== theirs.status && Math.min(ours.status, theirs.status) < 400) this.#isOver = true;
    if (this.#isOver || ours.status !== theirs.status) return;
    // The tag of a HEAD is that of the whole stream here, and of nothing that a GET answers there.
    if (ask.method === "GET" && ours.status === 200 && ours.etag !== undefined && theirs.etag !== undefined) {
      this.#ours.tokens.tag(ask.stream, ours.etag);
      this.#theirs.tokens.tag(ask.stream, theirs.etag);
      this.#held.set(ask.stream, theirs.body);
    }
    this.#learn(exchange);
  }

  #learn(exchange: Exchange): void {
    const { ask, ours, theirs } = exchange;
    const { stream } = ask;
    if (ours.offset === undefined || theirs.offset === undefined || ours.status >= 400) return;
    if (ours.status === 201) this.#restart(exchange, ours.offset, theirs.offset);
    const [here, there] = [this.#ours.tokens, this.#theirs.tokens];
    const next = { ours: ours.offset, theirs: theirs.offset };
    this.#require(compareOrder(here.of(stream), there.of(stream), next), exchange);
    here.learn(stream, next.ours);
    there.learn(stream, next.theirs);
  }

  /** A fork shares the offsets of its source up to where it begins (§8), and no stream those of its predecessor. */
  #restart({ ask }: Exchange, ours: string, theirs: string): void {
    const { stream, source } = ask;
    const [here, there] = [this.#ours.tokens, this.#theirs.tokens];
    const shared =
      source === undefined
        ? []
        : here.of(source).flatMap((token, at) => {
            const other = there.of(source)[at] ?? "";
            return token <= ours && other <= theirs ? [[token, other] as const] : [];
          });
    here.restart(
      stream,
      shared.map(([token]) => token),
    );
    there.restart(
      stream,
      shared.map(([, token]) => token),
    );
  }

  #require(unlike: readonly Unlike[], exchange: Exchange): void {
    const left = unlike.filter((one) => {
      const known = this.#explain(one, exchange);
      if (known?.diverges) this.#isOver = true;
      return known === undefined;
    });
    if (left.length === 0) return;
    const lines = left.map(({ field, ours, theirs }) => `  ${field}: ours ${show(ours)}, theirs ${show(theirs)}`);
    throw new Unexplained(`The servers differ, and no known difference explains it\n${lines.join("\n")}`);
  }
}

interface Answers {
  readonly ours: Seen;
  readonly theirs: Seen;
}

/** What a request did, by both answers, that readers at the tail get to know. */
function effectOf({ ours, theirs }: Answers, tails: readonly (string | undefined)[]): "close" | "data" | undefined {
  if (ours.status >= 300 || theirs.status >= 300) return undefined;
  if (ours.fields["stream-closed"] !== undefined && theirs.fields["stream-closed"] !== undefined) return "close";
  const isNew = [ours, theirs].every(({ offset }, at) => offset !== undefined && offset !== tails[at]);
  return isNew ? "data" : undefined;
}

const show = (value: string | undefined): string => (value === undefined ? "nothing" : JSON.stringify(value));
