import type { Fetch } from "../../../src/client/transport/index.ts";

/** What a scripted `fetch` does with one request. */
export type Step = Response | Error | ((request: Request) => Response | Promise<Response>);

/** A `fetch` that follows a script, and what it was asked. */
export interface ScriptedFetch {
  readonly fetch: Fetch;
  /** The requests so far, in order; their bodies can be read. */
  readonly requests: Request[];
}

/**
 * A `fetch` that answers the first request with the first step, and so on; the last step is repeated. An `Error` is
 * thrown, as the platform throws when no answer comes.
 */
export function scriptedFetch(...steps: readonly Step[]): ScriptedFetch {
  const requests: Request[] = [];
  return {
    requests,
    fetch: async (request) => {
      const step = steps[Math.min(requests.length, steps.length - 1)];
      // A copy: ky gives up the body of the original once there is an answer.
      requests.push(request.clone());
      if (step === undefined) throw new Error("The script is empty");
      if (step instanceof Error) throw step;
      return step instanceof Response ? step.clone() : step(request);
    },
  };
}

/** What the platform throws when a connection fails. */
export function networkFailure(message = "fetch failed"): TypeError {
  return new TypeError(message);
}
