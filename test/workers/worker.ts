import { DurableObject } from "cloudflare:workers";
import { allowAnonymous, createStreamWorker } from "../../src/server/durable-object/index.ts";

export { StreamObject } from "../../src/server/durable-object/index.ts";
export { TorturedKVObject, TorturedObject } from "../torture/workers/classes.ts";
export { MemoryObject, MeteredObject, ProbedObject, RoomObject } from "./objects/classes.ts";

/** An object with nothing but its storage: tests build what they need on it. */
export class BareObject extends DurableObject {}

export default createStreamWorker({ binding: "STREAMS", authorize: allowAnonymous() });
