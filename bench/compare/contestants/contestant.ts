import type { HttpClient } from "../../load/http-client.ts";

/** Who is compared: this package, the Worker that does the least, and the reference server with its file store. */
export type ContestantName = "ours" | "floor" | "reference";

/** A server under comparison, in the few things that are asked of it. Every stream holds JSON. */
export interface Contestant {
  readonly name: ContestantName;
  /** Its process id. */
  readonly pid: number;
  /** Scheme, host and port. */
  readonly origin: string;
  /** URL path of a stream. */
  pathOf(stream: string): string;
  /** Makes a stream ready to be written. */
  create(http: HttpClient, stream: string): Promise<void>;
}

/** Headers of a producer's batch. The floor does not look at them. */
export const producerHeaders = (id: string, seq: number): Record<string, string> => ({
  "Producer-Id": id,
  "Producer-Epoch": "0",
  "Producer-Seq": String(seq),
});

const HEADERS = { "Content-Type": "application/json" };

/** Creates a stream the way of the protocol. */
export async function createStream(http: HttpClient, path: string): Promise<void> {
  await http.accepted("PUT", path, { headers: HEADERS });
}

/** One stream of a contestant, over one connection. */
export class ContestedStream {
  readonly #http: HttpClient;
  readonly #path: string;

  /**
   * @param http Connection to the contestant.
   * @param contestant Whose stream it is.
   * @param name Its name.
   */
  constructor(http: HttpClient, contestant: Contestant, name: string) {
    this.#http = http;
    this.#path = contestant.pathOf(name);
  }

  /** Appends a body. */
  async append(body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.#http.accepted("POST", this.#path, { headers: { ...HEADERS, ...headers }, body });
  }

  /** Reads from the start to the tail. @returns How many bytes came. */
  async read(): Promise<number> {
    let length = 0;
    for (let offset = "-1"; ; ) {
      const answer = await this.#http.send("GET", `${this.#path}?offset=${offset}`);
      if (answer.statusCode !== 200) throw new Error(`A page answered ${answer.statusCode}`);
      for await (const chunk of answer) length += chunk.length;
      const next = answer.headers["stream-next-offset"];
      // The floor sends everything at once and names no offset.
      if (typeof next !== "string" || answer.headers["stream-up-to-date"] === "true") return length;
      offset = next;
    }
  }
}
