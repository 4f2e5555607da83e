import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";

/** When a network breaks down. */
export type Breakdown =
  /** With the next request of this method, before the server sees it. */
  | { readonly on: "request"; readonly method: "GET" | "POST" }
  /** With the answer to the next such request, once so many bytes of its body have passed: at 0, all of it is lost. */
  | { readonly on: "answer"; readonly method: "GET" | "POST"; readonly bytes: number };

/** The network between the demo and its server, which breaks down when it is told to: a proxy on localhost. */
export class Network implements AsyncDisposable {
  /** Connections cut so far. */
  cuts = 0;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => this.#forward(request, response));
  #next: Breakdown | undefined;
  #broken: () => void = () => {};

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
    });
  }

  /**
   * Opens a way to a server.
   *
   * @param target - The server's origin.
   */
  static async to(target: string): Promise<Network> {
    const network = new Network(target);
    network.#server.listen(0, "localhost");
    await once(network.#server, "listening");
    return network;
  }

  /** Where the server is, seen through this network. */
  get origin(): string {
    const address = this.#server.address();
    return `http://localhost:${typeof address === "object" ? address?.port : 0}`;
  }

  /**
   * Plans one breakdown: every connection that there is then is reset.
   *
   * @returns Resolves when it has happened.
   */
  breakDown(when: Breakdown): Promise<void> {
    this.#next = when;
    return new Promise((resolve) => {
      this.#broken = resolve;
    });
  }

  /** Stops it and cuts what is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#cut();
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #fail(): void {
    this.#next = undefined;
    this.cuts += this.#sockets.size;
    this.#cut();
    this.#broken();
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = request;
    const plan = this.#next?.method === method ? this.#next : undefined;
    if (plan?.on === "request") {
      this.#fail();
      return;
    }
    const send = this.#target.protocol === "https:" ? httpsRequest : httpRequest;
    const call = send(new URL(url ?? "/", this.#target), { method, headers: { ...headers, host: this.#target.host } });
    // Whichever side breaks off takes the other one along; both report it as an error of their own.
    response.on("error", () => {}).on("close", () => call.destroy());
    call.on("error", () => response.destroy());
    call.on("response", (answer) => this.#answer(answer, response, plan?.bytes));
    request.pipe(call);
  }

  #answer(answer: IncomingMessage, response: ServerResponse, breaksAt: number | undefined): void {
    if (breaksAt === 0) {
      this.#fail();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.on("error", () => response.destroy());
    let passed = 0;
    if (breaksAt !== undefined) {
      answer.on("data", (chunk: Uint8Array) => {
        passed += chunk.length;
        if (passed >= breaksAt) this.#fail();
      });
    }
    answer.pipe(response);
  }
}
