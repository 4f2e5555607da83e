import type { Part } from "../../bench.ts";
import { HttpClient } from "../../load/http-client.ts";
import { StreamClient } from "../../load/stream-client.ts";
import { contest, figuresOf, type Speed } from "../contest.ts";
import { runJob } from "../run-job.ts";
import { fill } from "../stored.ts";
import { SMALL } from "./loads.ts";

/** Time from the end of the last append to the last message at the reader. */
const LAG: Speed = {
  name: "lag behind the writer",
  of: (seconds) => seconds,
  format: (value) => `${(value * 1000).toFixed(0)} ms`,
};

/**
 * Both readers on an event stream while somebody else appends as fast as the server takes it. The writer sets the pace:
 * what tells the clients apart is how far they are behind it, and their processor time.
 */
export const clientFollow: Part = {
  name: "client/follow",
  async *run(bench) {
    await using server = await bench.streams("client-follow");
    const http = new HttpClient(server.origin);
    const { name, load } = SMALL;
    const scores = await contest(async (contender, round) => {
      const stream = new StreamClient(http, `${contender}-${round}`);
      await stream.create();
      let filling: Promise<number> | undefined;
      const onLive = (): void => {
        filling ??= fill(stream, load).then(() => performance.now());
      };
      const outcome = await runJob({ contender, task: "follow", url: server.origin + stream.path, load }, { onLive });
      const readAt = performance.now();
      if ("error" in outcome || filling === undefined) return outcome;
      return { ...outcome, seconds: (readAt - (await filling)) / 1000 };
    });
    http.close();
    yield* figuresOf(`following ${name} over SSE`, scores, LAG);
  },
};
