import { connect, type Socket } from "node:net";

/** Opens a connection to a server; what happens to it later is nobody's error. */
export function open(origin: string): Promise<Socket> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      socket.on("error", () => {});
      resolve(socket);
    });
  });
}

/** The status of the answer that begins on a connection; 0 when it ends without one. */
export function statusOn(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    let text = "";
    socket.on("data", (piece: Buffer) => {
      text += piece.toString("latin1");
      const status = /^HTTP\/1\.1 (\d{3})[^\n]*\n/.exec(text)?.[1];
      // What comes before an answer is not the answer.
      if (status !== undefined && status !== "100") resolve(Number(status));
    });
    socket.once("close", () => resolve(0));
  });
}

/**
 * Sends bytes, whatever they are, and leaves as soon as the answer begins.
 *
 * @returns Its status; 0 when the server hung up.
 */
export async function exchange(origin: string, ...pieces: readonly (string | Uint8Array)[]): Promise<number> {
  const socket = await open(origin);
  const status = statusOn(socket);
  for (const piece of pieces) socket.write(typeof piece === "string" ? Buffer.from(piece, "latin1") : piece);
  socket.end();
  try {
    return await status;
  } finally {
    socket.destroy();
  }
}
