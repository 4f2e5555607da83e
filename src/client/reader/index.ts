export type { Checkpoint, ReadFrom } from "./checkpoint.ts";
export type { ReaderStatus, ReadVia } from "./events.ts";
export type { FailureContext, InvalidMessage, LiveMode, OnError, OnInvalid, ReaderOptions } from "./options.ts";
export { type MessageBatch, StreamReader } from "./reader.ts";
export type { PageVisibility } from "./visibility.ts";
