import { bypass, http, passthrough } from "msw";
import { setupServer } from "msw/node";
import { requestAgain, sentRequest } from "./exchange.ts";
import { delivered } from "./fault.ts";
import { exchangeOver, type FaultyNetwork, Play, type Script } from "./script.ts";

/**
 * Lets a script happen to whatever is sent to an origin with the global `fetch`. It is played beneath `fetch`, at the
 * sockets: what the client sees is Node's own idea of a broken connection, of a redirect, of a body in pieces. A
 * connection that is open already stays as it is.
 *
 * @param origin Of a server, or of none.
 * @param script What happens.
 */
export function disturb(origin: string, script: Script): FaultyNetwork {
  const play = new Play(script);
  const network = setupServer(
    http.all(`${origin}/*`, async ({ request }) => {
      const sent = await sentRequest(request);
      const fault = play.next(sent);
      if (fault === delivered) return passthrough();
      return fault(exchangeOver(sent, (again) => fetch(bypass(requestAgain(again)))));
    }),
  );
  network.listen({ onUnhandledFrame: "bypass" });
  return { requests: play.requests, sent: play.sent, [Symbol.dispose]: () => network.close() };
}
