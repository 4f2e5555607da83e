import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";

/** What is sent besides method and path. */
export interface Sent {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
}

/** The thinnest HTTP client there is, over one kept-alive connection: what is measured is the server. */
export class HttpClient {
  readonly #origin: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /** @param origin Scheme, host and port of the server. */
  constructor(origin: string) {
    this.#origin = origin;
  }

  /**
   * Sends a request.
   *
   * @returns The answer as soon as its head is there; its body has to be read, or the connection stays taken. A body
   * that breaks off makes its iteration throw.
   */
  send(method: string, path: string, { headers = {}, body }: Sent = {}): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const length = body === undefined ? {} : { "Content-Length": body.length };
    const options = { method, agent: this.#agent, headers: { ...headers, ...length } };
    request(this.#origin + path, options, resolve)
      .once("error", reject)
      .end(body);
    return promise;
  }

  /**
   * Sends a request whose answer has no body worth keeping.
   *
   * @throws Error when the status is another one than expected.
   */
  async expect(status: number, method: string, path: string, sent?: Sent): Promise<IncomingMessage> {
    return this.#requireStatus((answered) => answered === status, method, path, sent);
  }

  /**
   * Sends a request that any status from 200 to 299 accepts.
   *
   * @throws Error for another status.
   */
  async accepted(method: string, path: string, sent?: Sent): Promise<IncomingMessage> {
    return this.#requireStatus((answered) => answered >= 200 && answered < 300, method, path, sent);
  }

  /** Cuts the connection. */
  close(): void {
    this.#agent.destroy();
  }

  async #requireStatus(
    isRight: (status: number) => boolean,
    method: string,
    path: string,
    sent?: Sent,
  ): Promise<IncomingMessage> {
    const answer = await this.send(method, path, sent);
    const text: Uint8Array[] = await answer.toArray();
    if (isRight(answer.statusCode ?? 0)) return answer;
    const said = Buffer.concat(text).toString().slice(0, 500);
    throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${said}`);
  }
}
