import { describe, expect, test } from "vitest";
import {
  MalformedResponseError,
  StreamClosedError,
  StreamGoneError,
  StreamNotFoundError,
  TransportError,
  UnavailableError,
} from "../../../src/shared/index.ts";
import { networkFailure } from "../../support/client/index.ts";
import { settled } from "../../support/fake-clock.ts";
import { appended, closed, inProcess, refused, scripted } from "./support.ts";

describe("close", () => {
  test("closes for ever, and closing again succeeds", async () => {
    const { stream } = inProcess();
    const a = stream("a");
    const { offset } = await a.create();
    await expect(a.close()).resolves.toEqual({ offset });
    await expect(a.close()).resolves.toEqual({ offset });
    await expect(a.append(1)).rejects.toThrow(StreamClosedError);
  });

  test("stores a last message in the same request", async () => {
    const { contentOf, requests, stream } = inProcess();
    const a = stream("a");
    await a.create();
    await a.close({ message: [1] });
    await expect(contentOf("a")).resolves.toBe("[[1]]");
    expect(requests.map((request) => request.method)).toEqual(["PUT", "POST"]);
    await expect(a.close({ message: 2 })).rejects.toThrow(StreamClosedError);
  });

  test("without a message sends no body and no content type", async () => {
    const { requests, stream } = scripted([closed()]);
    await stream.close();
    expect(requests[0]?.headers.has("Content-Type")).toBe(false);
    expect(requests[0]?.body).toBeNull();
  });

  test("without a message is repeated", async () => {
    const { clock, requests, stream } = scripted([networkFailure(), refused(500), closed()]);
    const outcome = stream.close();
    await settled();
    await clock.advance(60_000);
    await outcome;
    expect(requests).toHaveLength(3);
  });

  test.each([
    [networkFailure(), TransportError],
    [refused(503), UnavailableError],
  ])("with a message is sent once (%#)", async (failure, expected) => {
    const { requests, stream } = scripted([failure]);
    await expect(stream.close({ message: 1 })).rejects.toThrow(expected);
    expect(requests).toHaveLength(1);
  });

  test("is not believed unless the answer confirms it", async () => {
    const { stream } = scripted([appended()]);
    await expect(stream.close()).rejects.toThrow(MalformedResponseError);
  });
});

describe("delete", () => {
  test("deletes the stream", async () => {
    const { stream } = inProcess();
    const a = stream("a");
    await a.create();
    await a.delete();
    await expect(a.head()).rejects.toThrow(StreamNotFoundError);
    await expect(a.delete()).rejects.toThrow(StreamNotFoundError);
  });

  test.each([404, 410])("whose answer was lost is done when the next attempt meets %d", async (status) => {
    const { clock, requests, stream } = scripted([networkFailure(), refused(status)]);
    const outcome = stream.delete();
    await settled();
    await clock.advance(60_000);
    await expect(outcome).resolves.toBeUndefined();
    expect(requests).toHaveLength(2);
  });

  test("after a 429 alone is not done when there is no stream", async () => {
    const { clock, stream } = scripted([refused(429), refused(404)]);
    const outcome = expect(stream.delete()).rejects.toThrow(StreamNotFoundError);
    await settled();
    await clock.advance(60_000);
    await outcome;
  });

  test("is not done when a captive portal answers 200", async () => {
    const { stream } = scripted([new Response("<h1>Log in</h1>")]);
    await expect(stream.delete()).rejects.toThrow(MalformedResponseError);
  });

  test("lets the handle meet the stream that is created next", async () => {
    const { stream } = inProcess();
    const [a, other] = [stream("a"), stream("a")];
    await a.create();
    await a.delete();
    await other.create();
    await expect(a.append(1)).resolves.toBeDefined();
  });
});

describe("identity", () => {
  test("a stream deleted and created again by someone else is StreamGoneError", async () => {
    const { stream } = inProcess();
    const [a, other] = [stream("a"), stream("a")];
    await a.create();
    await other.delete();
    await other.create();
    await expect(a.head()).rejects.toThrow(StreamGoneError);
    await expect(a.append(1)).rejects.toThrow(StreamGoneError);
  });

  test("create takes the stream that is there now", async () => {
    const { stream } = inProcess();
    const [a, other] = [stream("a"), stream("a")];
    await a.create();
    await other.delete();
    await other.create();
    await a.create();
    await expect(a.append(1)).resolves.toBeDefined();
  });

  test("is not asked of servers that have none", async () => {
    const { stream } = scripted([appended()]);
    await stream.append(1);
    await expect(stream.append(2)).resolves.toBeDefined();
  });
});
