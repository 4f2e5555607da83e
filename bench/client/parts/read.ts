import type { Part } from "../../bench.ts";
import { HttpClient } from "../../load/http-client.ts";
import { StreamClient } from "../../load/stream-client.ts";
import { contest, figuresOf, throughput } from "../contest.ts";
import { runJob } from "../run-job.ts";
import { fill, verified } from "../stored.ts";
import { LARGE, ONE_PAGE, SMALL } from "./loads.ts";

/** Large enough for every load here to be one page. */
const MAX_READ_BYTES = 100_000_000;

/** Both readers from the first message to the tail, message by message. Each content is hashed once, untimed. */
export const clientRead: Part = {
  name: "client/read",
  async *run(bench) {
    await using server = await bench.streams("client-read", MAX_READ_BYTES);
    const http = new HttpClient(server.origin);
    for (const { name, load, rounds } of [SMALL, ONE_PAGE, LARGE]) {
      const stream = new StreamClient(http, `of-${load.count}`);
      await stream.create();
      const sha256 = await fill(stream, load);
      const url = server.origin + stream.path;
      const scores = await contest(async (contender, round) => {
        if (round === 0) {
          const checked = verified(await runJob({ contender, task: "verify", url, load }), sha256);
          if ("error" in checked) return checked;
        }
        return runJob({ contender, task: "read", url, load });
      }, rounds);
      yield* figuresOf(`reading ${name}`, scores, throughput(load));
    }
    http.close();
  },
};
