import { withDefaults } from "../defaults.ts";
import { type RetryOptions, type RetryPolicy, resolveRetry } from "../retry/index.ts";
import type { ProducerEvent } from "./events.ts";
import type { ProducerOutbox } from "./outbox/contract.ts";

/** What a `StreamProducer` is made of; only `id` is required. */
export interface ProducerOptions {
  /**
   * Names the producer to the server (§5.2.1): 1 to 256 printable ASCII characters, no space at either end. Two
   * producers that run at the same time must not share one.
   */
  readonly id: string;
  /**
   * The session, from 0; 0 unless given. A producer that is made again under the same id **must** have a higher epoch
   * than any before it, or the server takes its batches for those of the session before and drops them: count it up,
   * let an {@link ProducerOptions.outbox} do so, or use a fresh id. With an outbox, the epoch is at least this one.
   */
  readonly epoch?: number | undefined;
  /** How long a message waits for company, in ms; 5 unless given. 0 sends as soon as there is room. */
  readonly lingerMs?: number | undefined;
  /** Largest body, in bytes; 1 MiB unless given. One larger message goes alone. */
  readonly maxBatchBytes?: number | undefined;
  /** Most messages in one body; 10,000 unless given. */
  readonly maxBatchMessages?: number | undefined;
  /** Most requests on their way at a time; 5 unless given. */
  readonly maxInFlight?: number | undefined;
  /**
   * Most bytes of messages accepted and not yet acknowledged; 8 MiB unless given. Beyond it `submit` waits. A larger
   * message is accepted when it is alone.
   */
  readonly maxBufferedBytes?: number | undefined;
  /**
   * Most batches formed and not yet acknowledged; besides them one more is gathered. As many as `maxInFlight` unless
   * given, and 64 with an outbox, which keeps what was formed.
   */
  readonly maxBufferedBatches?: number | undefined;
  /**
   * Whether to take the id back, once, when another producer has fenced this one; no unless given. Two producers that
   * do so end with one of them failed, not with a fight.
   */
  readonly autoClaim?: boolean | undefined;
  /** Keeps batches so that they outlive the process. */
  readonly outbox?: ProducerOutbox | undefined;
  /** How often and how patiently a batch is sent again: ten attempts, with the delays of the handle, unless given. */
  readonly retry?: RetryOptions | undefined;
  /** Is told what the producer does. What it throws is an uncaught exception, never the producer's. */
  readonly onEvent?: ((event: ProducerEvent) => void) | undefined;
}

/** {@link ProducerOptions} with every default filled in. */
export interface ProducerSettings {
  readonly id: string;
  readonly epoch: number;
  readonly lingerMs: number;
  readonly maxBatchBytes: number;
  readonly maxBatchMessages: number;
  readonly maxInFlight: number;
  readonly maxBufferedBytes: number;
  readonly maxBufferedBatches: number;
  readonly autoClaim: boolean;
  readonly outbox: ProducerOutbox | undefined;
  readonly retry: RetryPolicy;
}

const MIB = 1024 * 1024;
const DEFAULT_ATTEMPTS = 10;
/** What a header carries unchanged through every runtime. */
const PRODUCER_ID = /^(?! )[\x20-\x7e]{1,256}(?<! )$/;

/**
 * Fills in what producer options leave open.
 *
 * @param options What the caller asked for.
 * @param retry The stream's own policy.
 * @throws TypeError for an id that no header can carry; RangeError for a number that cannot be.
 */
export function resolveProducerOptions(options: ProducerOptions, retry: RetryPolicy): ProducerSettings {
  const { id, outbox, autoClaim = false, maxInFlight = 5 } = options;
  if (!PRODUCER_ID.test(id)) throw new TypeError("A producer's id has 1 to 256 printable ASCII characters");
  const numbers = withDefaults(options, {
    epoch: 0,
    lingerMs: 5,
    maxBatchBytes: MIB,
    maxBatchMessages: 10_000,
    maxInFlight,
    maxBufferedBytes: 8 * MIB,
    maxBufferedBatches: outbox ? 64 : maxInFlight,
  });
  for (const [name, value] of Object.entries(numbers)) {
    const least = name.startsWith("max") ? 1 : 0;
    if (!Number.isSafeInteger(value) || value < least) {
      throw new RangeError(`${name} cannot be ${value}`);
    }
  }
  return {
    ...numbers,
    id,
    outbox,
    autoClaim,
    retry: resolveRetry(options.retry, { ...retry, maxAttempts: DEFAULT_ATTEMPTS }),
  };
}
