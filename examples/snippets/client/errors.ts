import { isStreamError } from "durable-cf-streams";
import type { DurableStream } from "durable-cf-streams/client";

// #region errors
export async function appendOnce(stream: DurableStream<string>, message: string): Promise<string> {
  try {
    await stream.append(message);
    return "saved";
  } catch (error) {
    if (!isStreamError(error)) throw error;
    switch (error._tag) {
      case "StreamClosedError":
        return `closed at ${error.nextOffset}`;
      case "StreamNotFoundError":
        return "there is no such stream";
      case "TransportError":
      case "UnavailableError":
        return "perhaps saved"; // a producer would know
      default:
        throw error;
    }
  }
}
// #endregion errors
