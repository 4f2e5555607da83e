/** How long all servers let a long-poll wait that nothing ends, in ms. */
export const LONG_POLL_MS = 30;
