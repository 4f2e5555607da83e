export { AmbiguousAppendError } from "./ambiguous-append-error.ts";
export type { ProducerEvent } from "./events.ts";
export type { ProducerOptions } from "./options.ts";
export {
  MemoryOutbox,
  type OutboxBatch,
  OutboxBusyError,
  type OutboxRecord,
  type ProducerOutbox,
  type StringStorage,
  WebStorageOutbox,
} from "./outbox/index.ts";
export { type ProducerCloseOptions, type ProducerState, StreamProducer } from "./producer.ts";
export type { Acknowledgement, Ticket } from "./ticket.ts";
