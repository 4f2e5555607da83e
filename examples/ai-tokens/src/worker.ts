import { openStream } from "durable-cf-streams/client";
import { allowAnonymous, createStreamWorker, type StreamObject } from "durable-cf-streams/durable-object";
import * as v from "valibot";
import { servePage } from "../../page/worker/serve-page.ts";
import { answers, questionSchema } from "../contract.ts";
import { createLocalClient } from "./model.ts";
import { writeAnswer } from "./write-answer.ts";

export { StreamObject } from "durable-cf-streams/durable-object";

interface Env {
  readonly ASSETS: Fetcher;
  readonly STREAMS: DurableObjectNamespace<StreamObject>;
  /** How long the local model thinks about each word, in ms. */
  readonly TOKEN_DELAY_MS: string;
}

/** What the world gets to see: it may read answers, and nothing else. */
const outside = createStreamWorker<Env>({
  binding: "STREAMS",
  authorize: ({ operation }) => operation === "read" || operation === "head",
});

/** The same streams with every right. Only this Worker ever calls it, so nobody has to be asked who they are. */
const inside = createStreamWorker<Env>({ binding: "STREAMS", contracts: [answers], authorize: allowAnonymous() });

export default {
  fetch: (request, env, ctx) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/v1/")) return outside.fetch(request, env);
    if (pathname === "/api/answers") return ask(request, env, ctx);
    return servePage(request, env.ASSETS);
  },
} satisfies ExportedHandler<Env>;

/** Starts an answer, and says at once where it can be read. */
async function ask(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  if (request.method !== "POST") return new Response(null, { status: 405, headers: { Allow: "POST" } });
  const question = v.safeParse(questionSchema, await request.json().catch(() => undefined));
  if (!question.success) return Response.json({ issues: v.flatten(question.issues) }, { status: 400 });
  const { answerId, prompt } = question.output;

  const answer = openStream(answers, {
    baseUrl: new URL("/v1/stream", request.url),
    path: { answerId },
    // Straight to the object: no request leaves this Worker.
    fetch: (streamRequest) => inside.fetch(streamRequest, env),
  });
  const { created } = await answer.create({ ttlSeconds: 24 * 60 * 60 });
  // Whoever asks a second time, because an answer was lost on the way, finds the first one being written.
  if (created) {
    const model = { client: createLocalClient({ delayMs: Number(env.TOKEN_DELAY_MS) }), name: "local" };
    ctx.waitUntil(writeAnswer(answer, model, [{ role: "user", content: prompt }]));
  }
  return Response.json({ stream: answer.url }, { status: created ? 201 : 200 });
}
