import "./quiet.mjs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { unstable_startWorker } from "wrangler";
import { buildPage } from "../examples/page/build.ts";

/** What {@link startDevServer} serves, where and how. */
export interface DevServerOptions {
  /** Folder of an example with a page; `"dev"`, the development Worker, unless given. */
  example?: string;
  /** Port on localhost; 0 picks a free one. Taken by someone else, it is refused with a {@link PortTakenError}. */
  port: number;
  /** Folder in which the streams are kept between runs; `false` keeps them in memory only. */
  persist: string | false;
  /** Rebuild and reload when a source file changes. */
  watch?: boolean;
}

/** A Worker that is being served. */
export interface DevServer {
  /** Scheme, host and port, without a trailing slash. */
  readonly origin: string;
  /** Stops the runtime. Resolves when it is gone; data is on disk. */
  stop(): Promise<void>;
}

/** Another process listens on the port that was asked for. */
export class PortTakenError extends Error {
  override readonly name = "PortTakenError";

  constructor(port: number) {
    super(`Port ${port} is taken by another process. Stop it, or choose another: npm start -- --port ${port + 1}`);
  }
}

/**
 * Serves an example and its page on the real runtime (workerd), bundled straight from the TypeScript sources.
 *
 * @param options - Which example, port, folder and whether to watch.
 * @returns The running server.
 * @throws {@link PortTakenError}, or what the bundler or the runtime has against the Worker.
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  const { example = "dev", port, persist, watch = false } = options;
  const config = fileURLToPath(new URL(`../examples/${example}/wrangler.jsonc`, import.meta.url));
  await assertFree(port);
  const page = await buildPage(example, { watch });
  const worker = await unstable_startWorker({
    config,
    dev: {
      server: { hostname: "localhost", port },
      persist,
      watch,
      logLevel: "error",
      inspector: false,
      remote: false,
      structuredLogsHandler: ({ level, message }: { level: string; message: string }) => {
        process.stderr.write(`[worker ${level}] ${message}\n`);
      },
    },
  });
  const url = await worker.url;
  return {
    origin: url.origin,
    stop: async () => {
      await Promise.all([worker.dispose(), page.dispose()]);
    },
  };
}

// The runtime itself reports a taken port late and with a stack of its own, so ask for it first.
function assertFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new PortTakenError(port) : error);
    });
    probe.listen(port, "localhost", () => {
      probe.close(() => resolve());
    });
  });
}
