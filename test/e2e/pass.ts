import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fault } from "./faulty-proxy.ts";

const X = 120;
const Y = 121;

/** Hands an answer's body on, as far as the fault lets it. */
export async function pass(answer: IncomingMessage, response: ServerResponse, fault: Fault): Promise<void> {
  let left = fault.type === "cut answer" ? fault.at : Number.POSITIVE_INFINITY;
  const isStream = answer.headers["content-type"]?.startsWith("text/event-stream") === true;
  for await (const chunk of answer) {
    const bytes: Buffer = chunk;
    if (bytes.length >= left) return breakOff(response, bytes.subarray(0, left), isStream && isGentle(fault));
    left -= bytes.length;
    response.write(fault.type === "forge answer" ? bytes.map((byte) => (byte === X ? Y : byte)) : bytes);
  }
  if (fault.type === "cut answer") breakOff(response, Buffer.alloc(0), false);
  else response.end();
}

function isGentle(fault: Fault): boolean {
  return fault.type === "cut answer" && fault.gently === true;
}

/** Ends an answer early. A reset overtakes what was written before it, so it waits until that has left. */
function breakOff(response: ServerResponse, last: Uint8Array, gently: boolean): void {
  if (gently) response.end(last);
  else if (last.length === 0) response.socket?.resetAndDestroy();
  else response.write(last, () => setImmediate(() => response.socket?.resetAndDestroy()));
}
