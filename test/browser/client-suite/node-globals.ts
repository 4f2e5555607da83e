// What the client's tests, not the client, use of Node's globals.

/** The few conversions that tests compare bytes with; `from` is that of the typed arrays. */
export class Buffer extends Uint8Array<ArrayBuffer> {
  /** Joins bytes. */
  static concat(parts: readonly Uint8Array[]): Uint8Array {
    return Buffer.from(parts.flatMap((part) => [...part]));
  }

  override toString(encoding = "utf8"): string {
    if (encoding !== "hex") return new TextDecoder().decode(this);
    return Array.from(this, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

/** Nothing is listened to. A schedule of faults takes a browser much longer: Node runs all of them. */
export const process = { env: { FAULT_SCHEDULES: "25" }, on: () => {}, off: () => {} };

/** Behind what is due already, and behind bodies in memory, which a browser reads with the help of another process. */
export function setImmediate(callback: () => void): void {
  setTimeout(callback, 1);
}
