import { DurableObject } from "cloudflare:workers";

/** An object with nothing but its storage: tests build what they need on it. */
export class BareObject extends DurableObject {}

/** Stands in for the real class until that is written. */
export class StreamObject extends DurableObject {}

export default {
  fetch(): Response {
    return new Response("This worker is for tests", { status: 404 });
  },
} satisfies ExportedHandler;
