/**
 * What writes and reads streams, in browsers, Node, Deno, Bun and Workers.
 *
 * @module durable-cf-streams/client
 */

export { SchemaError } from "./codec/schema-error.ts";
export {
  type Acknowledgement,
  AmbiguousAppendError,
  MemoryOutbox,
  type OutboxBatch,
  OutboxBusyError,
  type OutboxRecord,
  type ProducerCloseOptions,
  type ProducerEvent,
  type ProducerOptions,
  type ProducerOutbox,
  type ProducerState,
  StreamProducer,
  type StringStorage,
  type Ticket,
  WebStorageOutbox,
} from "./producer/index.ts";
export {
  type Checkpoint,
  type FailureContext,
  type InvalidMessage,
  type LiveMode,
  type MessageBatch,
  type OnError,
  type OnInvalid,
  type PageVisibility,
  type ReaderOptions,
  type ReaderStatus,
  type ReadFrom,
  type ReadVia,
  StreamReader,
} from "./reader/index.ts";
export type { RetryOptions } from "./retry/contract.ts";
export {
  type Appended,
  type AppendOptions,
  type CallOptions,
  type CloseOptions,
  type Created,
  type CreateOptions,
  DurableStream,
  type DurableStreamBaseOptions,
  type DurableStreamConstructor,
  type DurableStreamOptions,
  type ForkOptions,
  type LifetimeOptions,
  type MediaType,
  type MessageOf,
  type OpenStreamOptions,
  openStream,
  type StreamMetadata,
} from "./stream/index.ts";
export type { Dynamic, DynamicValues } from "./transport/dynamic.ts";
export type { Fetch } from "./transport/transport.ts";
