import type { Content } from "./content.ts";
import type { AppendAsk, Operation } from "./history.ts";
import type { Link } from "./program.ts";

/** What a {@link Producer} works with. */
export interface ProducerHost {
  /** Its epochs begin with its client's number, and are so many apart: clients that share an identity fence each other. */
  readonly clientNumber: number;
  readonly clients: number;
  post(name: string, facts: Omit<AppendAsk, "kind">, link: Link): Promise<Operation>;
  sleep(ms: number): Promise<void>;
}

/** Appends that are under way together, one for each content. */
export interface Burst {
  readonly path: string;
  readonly contents: readonly Content[];
  /** Whether the last one closes the stream. */
  readonly close: boolean;
}

type Outcome =
  | { readonly kind: "stored" | "refused" | "unknown" }
  | { readonly kind: "gap"; readonly expected: number }
  | { readonly kind: "fenced"; readonly epoch: number };

const MOST_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 20;

/** An idempotent producer: repeats what was not answered, and starts an epoch when that is in vain. */
export class Producer {
  readonly #id: string;
  readonly #host: ProducerHost;
  #epoch: number;
  #seq = 0;

  constructor(id: string, host: ProducerHost) {
    this.#id = id;
    this.#host = host;
    this.#epoch = host.clientNumber;
  }

  /** Begins an epoch, as after a crash. */
  restart(): void {
    this.#epoch += this.#host.clients;
    this.#seq = 0;
  }

  /** Appends, all at once. Only the first one goes the way of `link`, faults included. */
  async append(name: string, { path, contents, close }: Burst, link: Link): Promise<void> {
    const [epoch, seq] = [this.#epoch, this.#seq];
    const outcomes = await Promise.all(
      contents.map((content, at) => {
        const producer = { id: this.#id, epoch, seq: seq + at };
        const last = at === contents.length - 1;
        const ask = { path, content, close: close && last, streamSeq: undefined, producer, wrongType: false };
        return this.#untilAnswered(`${name}.${at}`, ask, at === 0 ? link : { ...link, fault: undefined });
      }),
    );
    this.#goOn(outcomes);
  }

  async #untilAnswered(name: string, ask: Omit<AppendAsk, "kind">, link: Link): Promise<Outcome> {
    let outcome: Outcome = { kind: "unknown" };
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const { answer } = await this.#host.post(name, ask, attempt === 0 ? link : { ...link, fault: undefined });
      if (answer === undefined) outcome = { kind: "unknown" };
      else if (answer.status === 403) return { kind: "fenced", epoch: answer.epoch ?? 0 };
      else if (answer.expectedSeq !== undefined) outcome = { kind: "gap", expected: answer.expectedSeq };
      else return { kind: answer.status < 300 ? "stored" : "refused" };
      await this.#host.sleep(FIRST_PAUSE_MS * 2 ** attempt);
    }
    return outcome;
  }

  #goOn(outcomes: readonly Outcome[]): void {
    const failed = outcomes.find(({ kind }) => kind !== "stored");
    switch (failed?.kind) {
      case undefined:
        this.#seq += outcomes.length;
        return;
      case "gap":
        this.#seq = failed.expected;
        return;
      case "fenced":
        while (this.#epoch <= failed.epoch) this.restart();
        return;
      case "unknown":
        this.restart();
    }
  }
}
