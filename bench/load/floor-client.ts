import type { HttpClient } from "./http-client.ts";

/** One object of the Worker that does the least. */
export class FloorClient {
  readonly #http: HttpClient;
  readonly #path: string;

  /**
   * @param http Connection to the server.
   * @param name Name of the object.
   */
  constructor(http: HttpClient, name: string) {
    this.#http = http;
    this.#path = `/${name}`;
  }

  /** Stores a body as one row. */
  async append(body: Uint8Array): Promise<void> {
    await this.#http.expect(204, "POST", this.#path, { body });
  }

  /** Reads all rows. @returns How many bytes they hold. */
  async read(): Promise<number> {
    let length = 0;
    const answer = await this.#http.send("GET", this.#path);
    for await (const chunk of answer) length += chunk.length;
    return length;
  }
}
