export { OutboxBusyError } from "./busy-error.ts";
export type { OutboxBatch, OutboxRecord, ProducerOutbox } from "./contract.ts";
export { MemoryOutbox } from "./memory.ts";
export { type StringStorage, WebStorageOutbox } from "./web-storage.ts";
