import { startServer, type TestServer } from "../server.ts";
import { disturb } from "./network.ts";
import type { FaultyNetwork, Script } from "./script.ts";

/** A server that can be reached over a network with faults only. */
export type FaultyServer = TestServer & Omit<FaultyNetwork, typeof Symbol.dispose>;

/**
 * Starts a server behind a network with faults. Its `handler` knows no faults, and what it is asked is not in `requests`.
 *
 * @param script What happens on the network.
 * @param options What the handler is to do otherwise.
 */
export async function serveWith(
  script: Script,
  options: Parameters<typeof startServer>[0] = {},
): Promise<FaultyServer> {
  const server = await startServer(options);
  const network = disturb(server.origin, script);
  return {
    ...server,
    ...network,
    [Symbol.asyncDispose]: async () => {
      network[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Where {@link serveNothing} is. */
export const NOWHERE = "http://streams.test/v1/stream/a";

/**
 * A network on which there is no server: whatever is sent to {@link NOWHERE} is answered by the script.
 *
 * @param script What happens on the network.
 */
export function serveNothing(script: Script): FaultyNetwork {
  return disturb(new URL(NOWHERE).origin, script);
}
