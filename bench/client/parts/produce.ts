import type { Part } from "../../bench.ts";
import { HttpClient } from "../../load/http-client.ts";
import { StreamClient } from "../../load/stream-client.ts";
import { contest, figuresOf, throughput } from "../contest.ts";
import { runJob } from "../run-job.ts";
import { digestOf, requireStored } from "../stored.ts";
import { LARGE, SMALL } from "./loads.ts";

/** Both producers, each with its defaults; what the stream holds afterwards is read back over plain HTTP. */
export const clientProduce: Part = {
  name: "client/produce",
  async *run(bench) {
    await using server = await bench.streams("client-produce");
    const http = new HttpClient(server.origin);
    for (const { name, load } of [SMALL, LARGE]) {
      const sha256 = digestOf(load);
      const scores = await contest(async (contender, round) => {
        const stream = new StreamClient(http, `${contender}-${round}-of-${load.count}`);
        await stream.create();
        const outcome = await runJob({ contender, task: "produce", url: server.origin + stream.path, load });
        if ("error" in outcome) return outcome;
        await requireStored(stream, sha256);
        return outcome;
      });
      yield* figuresOf(`producing ${name}`, scores, throughput(load));
    }
    http.close();
  },
};
