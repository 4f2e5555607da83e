import type { IncomingMessage } from "node:http";
import type { HttpClient } from "./http-client.ts";
import type { StoredDigest } from "./stored-digest.ts";

const NEXT_OFFSET = "stream-next-offset";

/** One stream of the server under test, spoken to in plain HTTP. */
export class StreamClient {
  /** Path of its URL. */
  readonly path: string;
  readonly #http: HttpClient;
  readonly #headers: Readonly<Record<string, string>>;

  /**
   * @param http Connection to the server.
   * @param name Path of the stream below the base path.
   * @param contentType MIME type of the stream.
   */
  constructor(http: HttpClient, name: string, contentType = "application/json") {
    this.#http = http;
    this.path = `/v1/stream/${name}`;
    this.#headers = { "Content-Type": contentType };
  }

  /** Creates the stream. */
  async create(): Promise<void> {
    await this.#http.expect(201, "PUT", this.path, { headers: this.#headers });
  }

  /** Creates the stream as a fork of another one, at its tail. */
  async fork(source: StreamClient): Promise<void> {
    const headers = { ...this.#headers, "Stream-Forked-From": source.path };
    await this.#http.expect(201, "PUT", this.path, { headers });
  }

  /** Appends a body. @returns The stream's tail afterwards. */
  async append(body: Uint8Array): Promise<string> {
    return headerOf(await this.#http.expect(204, "POST", this.path, { headers: this.#headers, body }), NEXT_OFFSET);
  }

  /** Appends a body that has to be refused. */
  async appendRefused(body: Uint8Array, status: number): Promise<void> {
    await this.#http.expect(status, "POST", this.path, { headers: this.#headers, body });
  }

  /**
   * Reads from an offset to the tail, page after page, and keeps nothing.
   *
   * @param offset Where to start.
   * @param digest Takes in what was read.
   * @returns How many pages it took.
   */
  async read(offset: string, digest: StoredDigest): Promise<number> {
    for (let pages = 1, at = offset; ; pages += 1) {
      const answer = await this.#http.send("GET", `${this.path}?offset=${at}`);
      if (answer.statusCode !== 200) throw new Error(`A page answered ${answer.statusCode}`);
      await digest.addPage(answer, this.#headers["Content-Type"] === "application/json");
      if (answer.headers["stream-up-to-date"] === "true") return pages;
      at = headerOf(answer, NEXT_OFFSET);
    }
  }

  /** Reads one page and looks at none of it. @returns Its length in bytes. */
  async drain(offset: string): Promise<number> {
    let length = 0;
    const answer = await this.#http.send("GET", `${this.path}?offset=${offset}`);
    for await (const chunk of answer) length += chunk.length;
    return length;
  }

  /** Follows the stream live from an offset. @returns The answer; its body is the event stream. */
  async follow(offset: string): Promise<IncomingMessage> {
    const answer = await this.#http.send("GET", `${this.path}?offset=${offset}&live=sse`);
    if (answer.statusCode === 200) return answer;
    throw new Error(`A live read answered ${answer.statusCode}`);
  }
}

function headerOf({ headers }: IncomingMessage, name: string): string {
  const value = headers[name];
  if (typeof value === "string") return value;
  throw new Error(`The answer has no ${name}`);
}
