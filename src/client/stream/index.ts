export type {
  Appended,
  Created,
  DurableStream as DurableStreamHandle,
  DurableStreamConstructor,
  StreamMetadata,
} from "./contract.ts";
export { DurableStream } from "./durable-stream.ts";
export type { MediaType, MessageOf } from "./message-type.ts";
export { type OpenStreamOptions, openStream } from "./open-stream.ts";
export type {
  AppendOptions,
  CallOptions,
  CloseOptions,
  CreateOptions,
  DurableStreamBaseOptions,
  DurableStreamOptions,
  ForkOptions,
  LifetimeOptions,
} from "./options.ts";
