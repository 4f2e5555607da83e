import { once } from "node:events";
import { createServer } from "node:http";

/** A page being served. */
export interface PageServer {
  /** Its URL. */
  readonly url: string;
  /** Stops serving it. */
  close(): void;
}

/**
 * Serves an empty page that runs a script, on an origin of its own: what it asks of the streams' server is cross-origin.
 *
 * @param script - JavaScript.
 */
export async function servePage(script: string): Promise<PageServer> {
  const server = createServer(({ url }, response) => {
    const isScript = url === "/script.js";
    response.setHeader("Content-Type", `${isScript ? "text/javascript" : "text/html"}; charset=utf-8`);
    response.end(
      isScript ? script : '<!doctype html><link rel="icon" href="data:,"><script src="/script.js"></script>',
    );
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://localhost:${typeof address === "object" ? address?.port : 0}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
