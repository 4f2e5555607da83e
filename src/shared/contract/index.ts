export { defineStream, type PlainDefinition, type SchemaDefinition } from "./define-stream.ts";
export type { MediaType, MessageOf } from "./message-type.ts";
export type { PathParams, StreamPattern } from "./path-params.ts";
export type { StreamContract } from "./stream-contract.ts";
