import type { Part } from "../../bench.ts";
import { bytesBelow, MB } from "../../figure.ts";
import { HttpClient } from "../../load/http-client.ts";
import { StreamClient } from "../../load/stream-client.ts";
import { CONTENDERS } from "../contenders/contender.ts";
import { runJob } from "../run-job.ts";
import { fill, verified } from "../stored.ts";
import { HUGE, WARM_UP } from "./loads.ts";

const BOUND_BYTES = 48 * MB;

/** Reading a stream far larger than the process that reads it may become, after a short one. */
export const clientMemory: Part = {
  name: "client/memory",
  async *run(bench) {
    await using server = await bench.streams("client-memory");
    const http = new HttpClient(server.origin);
    const { name, load } = HUGE;
    const stream = new StreamClient(http, "huge");
    await stream.create();
    const sha256 = await fill(stream, load);
    const url = server.origin + stream.path;
    const first = new StreamClient(http, "warm-up");
    await first.create();
    await fill(first, WARM_UP.load);
    const warmUp = { url: server.origin + first.path, load: WARM_UP.load };
    for (const contender of CONTENDERS) {
      const what = `memory growth while reading ${name}, ${contender}`;
      const outcome = verified(await runJob({ contender, task: "verify", url, load, warmUp }), sha256);
      if (contender === "reference") {
        yield { name: what, value: "error" in outcome ? outcome.error : `${(outcome.growth / MB).toFixed(1)} MB` };
        continue;
      }
      if ("error" in outcome) throw new Error(`${what}: ${outcome.error}`);
      yield bytesBelow(what, outcome.growth, BOUND_BYTES);
    }
    http.close();
  },
};
