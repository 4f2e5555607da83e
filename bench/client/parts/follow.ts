import type { Part } from "../../bench.ts";
import { HttpClient } from "../../load/http-client.ts";
import { StreamClient } from "../../load/stream-client.ts";
import { contest, figuresOf } from "../contest.ts";
import { runJob } from "../run-job.ts";
import { fill } from "../stored.ts";
import { SMALL } from "./loads.ts";

/**
 * Both readers on an event stream while somebody else appends as fast as the server takes it. The writer sets the pace:
 * what tells the clients apart is their processor time.
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
      let filling: Promise<unknown> | undefined;
      const onLive = (): void => {
        filling ??= fill(stream, load);
      };
      const outcome = await runJob({ contender, task: "follow", url: server.origin + stream.path, load }, { onLive });
      await filling;
      return outcome;
    });
    http.close();
    yield* figuresOf(`following ${name} over SSE`, scores, load);
  },
};
