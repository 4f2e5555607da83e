import type { ProducerEvent } from "./events.ts";

/** Whom a pipeline tells what becomes of batches. */
export interface PipelineListener {
  /** Something happened that people may watch. */
  emit(event: ProducerEvent): void;
  /** Some messages were rejected, and the producer goes on. */
  lost(error: unknown): void;
  /** The producer cannot go on; what was pending here is rejected already. */
  failed(error: unknown): void;
}
