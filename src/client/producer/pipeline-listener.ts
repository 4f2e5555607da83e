import type { ProducerEvent } from "./events.ts";

/** Whom a pipeline tells what becomes of batches. */
export interface PipelineListener {
  /** Something happened that people may watch. */
  emit(event: ProducerEvent): void;
  /** The first of what was pending, so many messages of so many bytes, is pending no more, whatever became of it. */
  settled(messages: number, bytes: number): void;
  /** The same of messages that have `ahead` others before them. */
  withdrawn(ahead: number, messages: number, bytes: number): void;
  /** Some messages were rejected, and the producer goes on. */
  lost(error: unknown): void;
  /** The producer cannot go on; what was pending here is rejected already. */
  failed(error: unknown): void;
}
