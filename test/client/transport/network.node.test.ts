import { createServer } from "node:net";
import { expect, test } from "vitest";
import { hostFor } from "../../support/client/index.ts";

// With real sockets; what else can happen on a network is in test/client/network.
test("a connection that is refused, or reset before the answer, is a TransportError", async () => {
  const resetting = createServer((socket) => socket.resetAndDestroy());
  const port = await new Promise<number>((resolve) => {
    resetting.listen(0, "127.0.0.1", () => {
      const address = resetting.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  const head = (): Promise<unknown> =>
    hostFor(`http://127.0.0.1:${port}/a`)
      .transport.send({ method: "HEAD" })
      .catch((thrown: unknown) => thrown);
  expect(await head()).toMatchObject({ _tag: "TransportError", cause: { name: "TypeError" } });
  await new Promise((resolve) => resetting.close(resolve));
  expect(await head()).toMatchObject({ _tag: "TransportError", cause: { name: "TypeError" } });
});
