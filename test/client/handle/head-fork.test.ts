import { describe, expect, test } from "vitest";
import {
  ContentTypeMismatchError,
  MalformedResponseError,
  StreamConflictError,
  StreamNotFoundError,
} from "../../../src/shared/index.ts";
import { networkFailure } from "../../support/client/index.ts";
import { settled } from "../../support/fake-clock.ts";
import { BASE, inProcess, refused, scripted } from "./support.ts";

describe("head", () => {
  test("tells everything that the stream says of itself", async () => {
    const { stream } = inProcess();
    const a = stream("a", { contentType: "text/plain; charset=utf-8" });
    const { streamId } = await a.create({ ttlSeconds: 5 });
    const { offset } = await a.close({ message: "x" });
    await expect(a.head()).resolves.toEqual({
      offset,
      contentType: "text/plain; charset=utf-8",
      closed: true,
      ttlSeconds: 5,
      expiresAt: undefined,
      streamId,
    });
  });

  test("tells a content type that is not the handle's", async () => {
    const { stream } = inProcess();
    await stream("a", { contentType: "text/plain" }).create();
    await expect(stream("a").head()).resolves.toMatchObject({ contentType: "text/plain" });
  });

  test("is repeated", async () => {
    const good = refused(200, { "Stream-Next-Offset": "7", "Content-Type": "text/plain" });
    const { clock, requests, stream } = scripted([refused(500), networkFailure(), good]);
    const outcome = stream.head();
    await settled();
    await clock.advance(60_000);
    await expect(outcome).resolves.toMatchObject({ offset: "7" });
    expect(requests).toHaveLength(3);
  });

  test("rejects with MalformedResponseError when there is no offset", async () => {
    const { stream } = scripted([refused(200, { "Content-Type": "text/html" })]);
    await expect(stream.head()).rejects.toThrow(MalformedResponseError);
  });
});

describe("fork", () => {
  test("begins with the source's content and goes its own way", async () => {
    const { contentOf, stream } = inProcess();
    const source = stream("dir/a b");
    await source.create({ messages: [1, 2] });
    const fork = await source.fork({ to: "./fork" });
    expect(fork.url).toBe(`${BASE}dir/fork`);
    await fork.append(3);
    await source.append(4);
    await expect(contentOf("dir/fork")).resolves.toBe("[1,2,3]");
    await expect(contentOf("dir/a%20b")).resolves.toBe("[1,2,4]");
  });

  test("leaves the source at an offset and a number of messages past it", async () => {
    const { contentOf, stream } = inProcess();
    const source = stream("a");
    await source.create();
    const { offset: at } = await source.append(1);
    await source.append(2);
    await source.append(3);
    await source.fork({ to: "/v1/stream/at", at });
    await source.fork({ to: new URL(`${BASE}sub`), at, subOffset: 1, ttlSeconds: 60 });
    await expect(contentOf("at")).resolves.toBe("[1]");
    await expect(contentOf("sub")).resolves.toBe("[1,2]");
    await expect(stream("sub").head()).resolves.toMatchObject({ ttlSeconds: 60 });
  });

  test("makes a handle with the options of the first", async () => {
    const { fetch, requests, stream } = inProcess();
    const source = stream("a", { fetch, contentType: "text/plain", headers: { "X-Tenant": "t" } });
    await source.create({ messages: ["x"] });
    const fork = await source.fork({ to: "b" });
    await fork.append("y");
    expect(fork.contentType).toBe("text/plain");
    expect(requests.map((request) => request.headers.get("X-Tenant"))).toEqual(["t", "t", "t"]);
  });

  test("is refused before it is made when the handle is wrong about the content type", async () => {
    const { stream } = inProcess();
    await stream("a", { contentType: "text/plain" }).create();
    await expect(stream("a").fork({ to: "b" })).rejects.toThrow(ContentTypeMismatchError);
    await expect(stream("b").head()).rejects.toThrow(StreamNotFoundError);
  });

  test("is refused when its place is taken, or when there is no source", async () => {
    const { stream } = inProcess();
    await stream("a").create();
    await stream("b").create();
    await expect(stream("a").fork({ to: "b" })).rejects.toThrow(StreamConflictError);
    await expect(stream("none").fork({ to: "c" })).rejects.toThrow(StreamNotFoundError);
  });

  test("cannot live on another server", async () => {
    const { requests, stream } = inProcess();
    await expect(stream("a").fork({ to: "https://other.test/b" })).rejects.toThrow(TypeError);
    expect(requests).toHaveLength(0);
  });

  test("can be asked for again", async () => {
    const { stream } = inProcess();
    await stream("a").create({ messages: [1] });
    await stream("a").fork({ to: "b" });
    await expect(stream("a").fork({ to: "b" })).resolves.toMatchObject({ url: `${BASE}b` });
  });
});
