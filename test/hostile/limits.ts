/** Few enough to be flooded. */
export const LIMITS = { maxProducers: 50 } as const;

/** Small enough to be passed, and heartbeats often enough to notice who is gone; nobody is rotated away. */
export const OPTIONS = {
  maxBodyBytes: 1024 * 1024,
  longPollTimeoutMs: 60_000,
  sseHeartbeatMs: 500,
  sseRotateMs: 600_000,
} as const;
