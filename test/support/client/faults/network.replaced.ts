// Takes the place of network.ts in workerd and in browsers, whose network nobody can get beneath: there the script is
// played by what stands in the place of the global `fetch`.
import { requestAgain, sentRequest } from "./exchange.ts";
import { exchangeOver, type FaultyNetwork, Play, type Script } from "./script.ts";

/** As in network.ts. */
export function disturb(origin: string, script: Script): FaultyNetwork {
  const play = new Play(script);
  const undisturbed = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).origin !== origin) return undisturbed(request);
    const sent = await sentRequest(request);
    const answer = play.next(sent)(exchangeOver(sent, (again) => undisturbed(requestAgain(again))));
    const response = await Promise.race([answer, left(request.signal)]);
    if (response.type === "error") throw new TypeError("fetch failed");
    return response;
  };
  return {
    requests: play.requests,
    sent: play.sent,
    [Symbol.dispose]: () => {
      globalThis.fetch = undisturbed;
    },
  };
}

/** Rejects when the client leaves. */
function left(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
  });
}
