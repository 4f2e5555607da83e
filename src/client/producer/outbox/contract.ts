/** A batch as an outbox keeps it: all that is needed to send it again identically. */
export interface OutboxBatch {
  /** The session that it was formed in. */
  readonly epoch: number;
  /** Its number in that session, from 0. */
  readonly seq: number;
  /** The request's body; none for a mere close. */
  readonly body: Uint8Array | undefined;
  /** Whether it closes the stream. */
  readonly closes: boolean;
}

/** What an outbox keeps for one producer. It outlives the producer: the next one must know which epoch comes next. */
export interface OutboxRecord {
  /** The session of the batches to come. */
  readonly epoch: number;
  /** The number of the next batch to be formed. */
  readonly nextSeq: number;
  /** What is not known to be stored, in order. */
  readonly batches: readonly OutboxBatch[];
}

/**
 * Keeps a producer's batches where they outlive its process. Three methods, so that it is written in minutes for a
 * file, IndexedDB, or a Durable Object's storage.
 *
 * @example
 * ```ts
 * const records = new Map<string, OutboxRecord>();
 * const outbox: ProducerOutbox = {
 *   open: async (key) => records.get(key),
 *   save: async (key, record) => void records.set(key, record),
 *   close: async () => {},
 * };
 * ```
 */
export interface ProducerOutbox {
  /**
   * Takes possession of a record. One producer at a time: two that resend the same batches and count up the same epoch
   * lose messages.
   *
   * @param key Names the stream's URL and the producer's id.
   * @returns The record as last saved, or `undefined` when there is none.
   * @throws OutboxBusyError when another producer has it, as far as the outbox can tell.
   */
  open(key: string): Promise<OutboxRecord | undefined>;

  /**
   * Replaces the record, as a whole or not at all, and resolves when it is safe. Never called again before that.
   *
   * @throws Whatever hinders it, a quota for example: the messages that only the new record holds are not sent, and
   * their tickets reject with it.
   */
  save(key: string, record: OutboxRecord): Promise<void>;

  /** Gives the record up, for the next producer to open. */
  close(key: string): Promise<void>;
}
