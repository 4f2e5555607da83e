/**
 * Listens for the network coming back. Pages and workers of a browser hear of it; other runtimes never say anything.
 *
 * @param onOnline Called each time.
 * @param signal Ends the listening.
 */
export function whenOnline(onOnline: () => void, signal: AbortSignal): void {
  if ("ononline" in globalThis) globalThis.addEventListener("online", onOnline, { signal });
}
