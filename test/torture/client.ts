import { bodyOf, type Content, contentOf, fromBytes, unit } from "./content.ts";
import type { AppendAsk, Ask, Operation, ReadMode, Watch } from "./history.ts";
import { carry, type Incoming, type Outgoing } from "./link.ts";
import { Producer } from "./producer.ts";
import { type Action, CONTENT_TYPES, type From, type Link, type Step } from "./program.ts";
import { answerOf, LiveEvents, MalformedEvents, readBody } from "./reading.ts";
import type { MetOffset, Stage } from "./stage.ts";

type ActionOf<Kind extends Action["kind"]> = Extract<Action, { kind: Kind }>;

const MOST_PAGES = 400;

/** One client: does its steps one after the other. */
export class Client {
  readonly #stage: Stage;
  readonly #number: number;
  readonly #own = new Map<string, MetOffset>();
  readonly #producers = new Map<string, Producer>();

  constructor(stage: Stage, number: number) {
    this.#stage = stage;
    this.#number = number;
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      await this.#stage.simulation.sleep(step.pauseMs);
      await this.perform(step);
    }
  }

  /** Does one step. */
  async perform({ name, action, link }: Step): Promise<void> {
    const { path } = action;
    this.#stage.operations.add(action.kind);
    switch (action.kind) {
      case "create":
        return this.#create(name, action, link);
      case "fork":
        return this.#fork(name, action, link);
      case "append":
        return this.#append(name, action, link);
      case "produce":
        return this.#produce(name, action, link);
      case "close": {
        const none = { streamSeq: undefined, producer: undefined, wrongType: false };
        const ask: Ask = { kind: "append", path, content: "", close: true, ...none };
        return void (await this.#ask(name, ask, { method: "POST", path, headers: { "Stream-Closed": "true" } }, link));
      }
      case "delete":
        return void (await this.#ask(name, { kind: "delete", path }, { method: "DELETE", path }, link));
      case "head":
        return void (await this.#ask(name, { kind: "head", path }, { method: "HEAD", path }, link));
      case "catch up":
        return this.#catchUp(name, path, this.#place(path, action.from), link);
      case "long-poll":
        return this.#longPoll(name, action, link);
      case "sse":
        return this.#sse(name, action, link);
    }
  }

  /** Reads one page of a path. */
  async look(name: string, path: string, place: MetOffset): Promise<void> {
    await this.#read(name, path, "catch up", place, { upMs: 0, downMs: 0, fault: undefined });
  }

  /** Reads a path from a place on. */
  async #catchUp(name: string, path: string, from: MetOffset, link: Link): Promise<void> {
    let place = from;
    for (let page = 0; page < MOST_PAGES; page++) {
      const operation = await this.#read(name, path, "catch up", place, page === 0 ? link : clean(link));
      const next = operation.answer;
      if (next?.status !== 200 || next.nextOffset === undefined) return;
      place = { offset: next.nextOffset, streamId: next.streamId };
      this.#own.set(path, place);
      if (next.upToDate) return;
    }
  }

  async #longPoll(name: string, { path, from, times }: ActionOf<"long-poll">, link: Link): Promise<void> {
    let place = this.#place(path, from);
    for (let time = 0; time < times; time++) {
      const operation = await this.#read(name, path, "long-poll", place, time === 0 ? link : clean(link));
      const next = operation.answer;
      if (next === undefined || next.status > 204 || next.nextOffset === undefined) return;
      place = { offset: next.nextOffset, streamId: next.streamId };
      this.#own.set(path, place);
      if (next.closed) return;
    }
  }

  async #sse(name: string, { path, from, stayMs }: ActionOf<"sse">, link: Link): Promise<void> {
    const { history, simulation, program } = this.#stage;
    let place = this.#place(path, from);
    const first = history.begin(name, readAsk(path, "sse", place));
    const incoming = await carry(this.#stage, this.#number, first, readRequest(path, "sse", place), link);
    if (incoming === undefined) return;
    const { response, cutAt } = incoming;
    if (response.status !== 200) return this.#take(first, incoming);
    const streamId = response.headers.get("Stream-Id") ?? undefined;
    const watch: Watch = { name, path, from: first.sent, streamId, seen: [], until: undefined };
    if (link.fault === undefined) history.watches.push(watch);
    const events = new LiveEvents(response, program.kind);
    const leaving = simulation.sleep(cutAt === undefined ? stayMs : 1).then(() => "left" as const);
    let operation = first;
    try {
      for (let isFirst = true; ; isFirst = false) {
        const event = await Promise.race([events.next(), leaving]);
        if (event === "left" || event === undefined) break;
        if (!isFirst) {
          const facts = { sent: first.sent, after: operation.id };
          operation = history.begin(name, readAsk(path, "sse", place), facts);
        }
        history.answer(operation, { ...answerOf(response), ...event });
        place = { offset: event.nextOffset, streamId };
        this.#own.set(path, place);
        this.#stage.meet(path, event.nextOffset, streamId);
        watch.seen.push({ offset: event.nextOffset, at: operation.answered ?? first.sent });
        if (event.closed) break;
      }
    } catch (error) {
      if (error instanceof MalformedEvents) history.complaints.push(`${name}: ${error.message}`);
    }
    watch.until = history.moment();
    await events.leave();
    // What came without a control event must be a beginning of what follows all the same.
    if (events.pending !== undefined) {
      const cut = history.begin(name, readAsk(path, "sse", place), { sent: first.sent });
      cut.partial = events.pending;
    }
  }

  #place(path: string, from: From): MetOffset {
    if (from === "now") return { offset: "now", streamId: undefined };
    const start = { offset: "-1", streamId: undefined };
    if (from === "start") return start;
    if (from === "own") return this.#own.get(path) ?? start;
    const met = this.#stage.met(path);
    return met[from.known % Math.max(1, met.length)] ?? start;
  }

  async #read(name: string, path: string, mode: ReadMode, place: MetOffset, link: Link): Promise<Operation> {
    const operation = this.#stage.history.begin(name, readAsk(path, mode, place));
    const incoming = await carry(this.#stage, this.#number, operation, readRequest(path, mode, place), link);
    if (incoming !== undefined) await this.#take(operation, incoming);
    return operation;
  }

  /** Takes note of an answer. */
  async #take(operation: Operation, incoming: Incoming): Promise<void> {
    const { history, program } = this.#stage;
    const { response } = incoming;
    const isRead = operation.ask.kind === "read" && response.ok;
    const body = await readBody(incoming);
    if ("part" in body) {
      if (isRead && program.kind !== "json") operation.partial = fromBytes(body.part);
      return;
    }
    const { whole } = body;
    const announced = response.headers.get("Content-Length");
    if (announced !== null && operation.ask.kind !== "head" && Number(announced) !== whole.length) {
      history.complaints.push(`${operation.name}: the body ended after ${whole.length} of ${announced} bytes`);
    }
    try {
      const answer = answerOf(response, isRead ? contentOf(program.kind, whole) : "");
      history.answer(operation, answer);
      if (response.ok && answer.nextOffset !== undefined) {
        this.#stage.meet(operation.ask.path, answer.nextOffset, answer.streamId);
      }
    } catch (error) {
      history.complaints.push(`${operation.name}: ${error}`);
    }
  }

  async #ask(name: string, ask: Ask, outgoing: Outgoing, link: Link): Promise<Operation> {
    const operation = this.#stage.history.begin(name, ask);
    const incoming = await carry(this.#stage, this.#number, operation, outgoing, link);
    if (incoming !== undefined) await this.#take(operation, incoming);
    return operation;
  }

  async #create(name: string, action: ActionOf<"create">, link: Link): Promise<void> {
    const { program, simulation } = this.#stage;
    const { path, ttl, expiresInMs, closed, units } = action;
    // Whole seconds, so that it is written without a fraction and others may ask for the same.
    const end = expiresInMs === undefined ? undefined : Math.ceil((simulation.now() + expiresInMs) / 1000) * 1000;
    const content = this.#units(name, units);
    const headers = {
      "Content-Type": CONTENT_TYPES[program.kind],
      ...(ttl !== undefined && { "Stream-TTL": String(ttl) }),
      ...(end !== undefined && { "Stream-Expires-At": new Date(end).toISOString() }),
      ...(closed && { "Stream-Closed": "true" }),
    };
    const body = content === "" ? undefined : bodyOf(program.kind, content);
    const ttlMs = ttl === undefined ? undefined : ttl * 1000;
    const ask: Ask = { kind: "create", path, ttlMs, expiresAt: end, closed, content };
    await this.#ask(name, ask, { method: "PUT", path, headers, body }, link);
  }

  async #fork(name: string, { path, source, at, sub, ttl }: ActionOf<"fork">, link: Link): Promise<void> {
    const met = this.#stage.met(source);
    const offset = at === undefined ? undefined : (met[at % Math.max(1, met.length)]?.offset ?? "-1");
    const headers = {
      "Stream-Forked-From": new URL(`${this.#stage.server.base}/${source}`).pathname,
      ...(offset !== undefined && { "Stream-Fork-Offset": offset }),
      ...(sub > 0 && { "Stream-Fork-Sub-Offset": String(sub) }),
      ...(ttl !== undefined && { "Stream-TTL": String(ttl) }),
    };
    const ttlMs = ttl === undefined ? undefined : ttl * 1000;
    await this.#ask(name, { kind: "fork", path, source, offset, sub, ttlMs }, { method: "PUT", path, headers }, link);
  }

  async #append(name: string, action: ActionOf<"append">, link: Link): Promise<void> {
    const { units, streamSeq, ...rest } = action;
    const seq = streamSeq === undefined ? undefined : String(streamSeq);
    await this.#post(name, { ...rest, content: this.#units(name, units), streamSeq: seq, producer: undefined }, link);
  }

  #post(name: string, facts: Omit<AppendAsk, "kind">, link: Link): Promise<Operation> {
    const { program } = this.#stage;
    const { path, content, close, streamSeq, producer, wrongType } = facts;
    const headers = {
      "Content-Type": wrongType ? "application/x-wrong" : CONTENT_TYPES[program.kind],
      ...(close && { "Stream-Closed": "true" }),
      ...(streamSeq !== undefined && { "Stream-Seq": streamSeq }),
      ...(producer && {
        "Producer-Id": producer.id,
        "Producer-Epoch": String(producer.epoch),
        "Producer-Seq": String(producer.seq),
      }),
    };
    const outgoing = { method: "POST", path, headers, body: bodyOf(program.kind, content) };
    return this.#ask(name, { kind: "append", ...facts }, outgoing, link);
  }

  async #produce(name: string, action: ActionOf<"produce">, link: Link): Promise<void> {
    const { path, units, burst, close, shared, restart } = action;
    const producer = this.#producer(path, shared ? "shared" : `p${this.#number}`);
    if (restart) producer.restart();
    const contents = Array.from({ length: burst }, (_, at) => this.#units(`${name}.${at}`, units));
    await producer.append(name, { path, contents, close }, link);
  }

  #producer(path: string, id: string): Producer {
    const key = `${path} ${id}`;
    const known = this.#producers.get(key);
    if (known !== undefined) return known;
    const { program, simulation } = this.#stage;
    const producer = new Producer(id, {
      clientNumber: this.#number,
      clients: program.clients.length,
      post: (name, facts, link) => this.#post(name, facts, link),
      sleep: (ms) => simulation.sleep(ms),
    });
    this.#producers.set(key, producer);
    return producer;
  }

  #units(name: string, paddings: readonly number[]): Content {
    return paddings.map((padding, at) => unit(this.#stage.program.kind, `${name}/${at}`, padding)).join("");
  }
}

const clean = (link: Link): Link => ({ ...link, fault: undefined });

const readAsk = (path: string, mode: ReadMode, { offset, streamId }: MetOffset): Ask => ({
  kind: "read",
  path,
  mode,
  from: offset,
  origin: streamId,
});

function readRequest(path: string, mode: ReadMode, { offset }: MetOffset): Outgoing {
  return { method: "GET", path, query: `offset=${offset}${mode === "catch up" ? "" : `&live=${mode}`}` };
}
