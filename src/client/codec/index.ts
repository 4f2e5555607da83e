export { type CodecOptions, createCodec } from "./codec.ts";
export type { Decoded, Framing, MessageCodec } from "./contract.ts";
export { framingOf } from "./framing.ts";
export { SchemaError } from "./schema-error.ts";
