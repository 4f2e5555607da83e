import { expect, test } from "vitest";
import { SseReader } from "../support/sse.ts";
import { server } from "./server.ts";

const VALUES = String.raw`[12345678901234567890,1.0,1e400,{"a":1,"a":2},"\ud83d\ude00","\ud800"," "]`;

async function withValues() {
  const made = server();
  await made.create("a", "application/json");
  await made.append("a", "application/json", VALUES);
  return made;
}

test("catch-up returns JSON byte for byte", async () => {
  const { call } = await withValues();
  expect(await (await call("GET", "a?offset=-1")).text()).toBe(VALUES);
});

test("long-poll returns JSON byte for byte", async () => {
  const { call } = await withValues();
  expect(await (await call("GET", "a?offset=-1&live=long-poll")).text()).toBe(VALUES);
});

test("SSE returns JSON byte for byte", async () => {
  const { call } = await withValues();
  const [event] = await new SseReader(await call("GET", "a?offset=-1&live=sse")).take(1);
  expect(event).toEqual({ type: "data", data: VALUES });
});

test("white space inside a message stays, around it goes", async () => {
  const { append, call, create } = server();
  await create("a", "application/json");
  await append("a", "application/json", ' [ {"a" :\t1} ,\n "b" ] ');
  expect(await (await call("GET", "a")).text()).toBe('[{"a" :\t1},"b"]');
});

test("first content of a PUT is kept byte for byte", async () => {
  const { call, create } = server();
  await create("a", "application/json", VALUES);
  expect(await (await call("GET", "a")).text()).toBe(VALUES);
});
