/** How long the servers under test let a long-poll wait, in milliseconds. */
export const SERVED_LONG_POLL_MS = 3_000;

/**
 * What the suite is told the server's long-poll timeout is, in milliseconds. Its tests time out one second after this,
 * so it leaves room for a busy machine to answer after {@link SERVED_LONG_POLL_MS}.
 */
export const SUITE_LONG_POLL_MS = 6_000;

/** How long a long-poll waits that is to end because of what it waits for, in milliseconds: longer than any test. */
export const PATIENT_LONG_POLL_MS = 120_000;
