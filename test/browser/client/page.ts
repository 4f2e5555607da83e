// A page that reads a stream and writes to it. What it knows is in localStorage, so that a reload goes on from there.
import { type Checkpoint, DurableStream, type LiveMode, WebStorageOutbox } from "../../../src/client/index.ts";
import type { PageState } from "./state.ts";

const RETRY = { maxAttempts: 1_000, baseDelayMs: 5, maxDelayMs: 50 };

const MOST_PENDING = 20;

/** What the reader has handed out, and the position behind that: one item, stored as a whole or not at all. */
interface Read {
  readonly log: number[];
  readonly checkpoint: Checkpoint | undefined;
}

const statuses: string[] = [];
const failures: string[] = [];

function load<T>(key: string, otherwise: T): T {
  const text = localStorage.getItem(key);
  return text === null ? otherwise : JSON.parse(text);
}

const store = (key: string, value: unknown): void => localStorage.setItem(key, JSON.stringify(value));
const streamAt = (url: string): DurableStream<number> => new DurableStream<number>({ url, retry: RETRY });

async function read(url: string, live: LiveMode): Promise<void> {
  const { log, checkpoint } = load<Read>("read", { log: [], checkpoint: undefined });
  const reader = streamAt(url).read({ live, from: checkpoint, onStatus: ({ type }) => statuses.push(type) });
  for await (const message of reader) {
    log.push(message);
    store("read", { log, checkpoint: reader.checkpoint } satisfies Read);
  }
}

/**
 * Appends numbers, each after the last one that any page has handed over. With batches of one message and never as many
 * of them as are kept, whatever was handed over is in the outbox before anything else can happen in the page.
 */
async function write(url: string, to: number, close: boolean): Promise<void> {
  const outbox = new WebStorageOutbox(localStorage);
  const producer = streamAt(url).producer({ id: "page", outbox, lingerMs: 0, maxBatchMessages: 1, retry: RETRY });
  for (let n = load("submitted", -1) + 1; n < to; n++) {
    if (producer.pendingMessages > MOST_PENDING) await producer.flush();
    const { acknowledged } = await producer.submit(n);
    store("submitted", n);
    acknowledged.then(
      () => store("acknowledged", [...load<number[]>("acknowledged", []), n]),
      (error) => failures.push(String(error)),
    );
  }
  await producer.close({ closeStream: close });
}

function state(): PageState {
  const { log, checkpoint } = load<Read>("read", { log: [], checkpoint: undefined });
  return { log, offset: checkpoint?.offset, acknowledged: load("acknowledged", []), statuses, failures };
}

/** Nobody waits in the page: what fails is in its state. */
const begin =
  <Args extends unknown[]>(work: (...args: Args) => Promise<void>) =>
  (...args: Args): void =>
    void work(...args).catch((error) => failures.push(String(error)));

Object.assign(globalThis, { read: begin(read), write: begin(write), state });
