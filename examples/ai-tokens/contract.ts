import { defineStream } from "durable-cf-streams";
import * as v from "valibot";

/** A piece of an answer: some text, as the model gave it, or that it failed. */
export const partSchema = v.union([v.object({ text: v.string() }), v.object({ error: v.string() })]);

/** A piece of an answer. */
export type Part = v.InferOutput<typeof partSchema>;

/** The answers of a model, one to a stream. Closed when the model has finished. */
export const answers = defineStream({ path: "/answers/:answerId", schema: partSchema });

/** What a page asks for. It makes up the id, so that asking again after a lost answer does not ask twice. */
export const questionSchema = v.object({
  answerId: v.pipe(v.string(), v.uuid()),
  prompt: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(4_000)),
});
