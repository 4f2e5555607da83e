import { type Difference, get, head, JSON_TYPE, NOW, post, producer, put, START, TEXT_TYPE } from "../difference.ts";
import { rewritten } from "./predicates.ts";

/** What both do, and say differently. */
export const OTHER_WORDS: readonly Difference[] = [
  {
    id: "closed-in-any-case",
    section: "4.1",
    reason: "`Stream-Closed: TRUE` closes; the reference compares with `true` only.",
    diverges: true,
    witness: [put("text", { headers: { ...TEXT_TYPE, "Stream-Closed": "TRUE" } })],
    covers: ({ field }, { ask }) =>
      ask.headers["Stream-Closed"] === "TRUE" && (field === "status" || field === "stream-closed"),
  },
  {
    id: "no-cursor-at-the-end",
    section: "5.7",
    reason: "A closed stream needs no cursor, so none is sent; the reference sends one to a reader that was waiting.",
    witness: [
      put("text", { headers: TEXT_TYPE }),
      {
        kind: "wake",
        stream: "text",
        live: "long-poll",
        by: { method: "POST", stream: "text", headers: { "Stream-Closed": "true" } },
      },
    ],
    covers: ({ field, ours }, { ask, ours: { fields } }) =>
      ask.live === "long-poll" && field === "stream-cursor" && ours === undefined && fields["stream-closed"] === "true",
  },
  {
    id: "not-modified-headers",
    section: "10.1",
    reason:
      "304 says where the page ends and whether more follows, as 200 does; the reference sends the entity tag only.",
    witness: [put("text", { headers: TEXT_TYPE }), get("text"), get("text", { conditional: true })],
    covers: ({ field, theirs: there }, { ours }) =>
      ours.status === 304 &&
      there === undefined &&
      ["stream-next-offset", "stream-up-to-date", "stream-closed", "stream-cursor"].includes(field),
  },
  {
    id: "closed-from-now",
    section: "8",
    reason: "`offset=now` of a closed stream says so in headers in every mode; the reference leaves them out over SSE.",
    witness: [
      put("text", { headers: { ...TEXT_TYPE, "Stream-Closed": "true" } }),
      get("text", { offset: NOW, live: "sse" }),
    ],
    covers: ({ field, theirs: there }, { ask: { live, offset }, ours }) =>
      live === "sse" &&
      offset !== undefined &&
      "text" in offset &&
      offset.text === "now" &&
      ours.fields.streamClosed === "true" &&
      there === undefined &&
      ["stream-next-offset", "stream-up-to-date", "stream-closed"].includes(field),
  },
  {
    id: "leading-space",
    section: "5.8",
    reason:
      "A line that begins with a space keeps it over SSE; the reference leaves it to be taken for the field's own.",
    witness: [put("text", { headers: TEXT_TYPE, body: " x" }), get("text", { offset: START, live: "sse" })],
    covers: ({ field, ours, theirs }, { ask }) =>
      field === "body" &&
      ask.live === "sse" &&
      ours !== undefined &&
      ours.split(" ").join("") === theirs?.split(" ").join(""),
  },
  {
    id: "json-as-written",
    section: "9.1",
    reason:
      "JSON messages come back byte for byte; the reference parses and writes them anew, which changes numbers and drops repeated keys.",
    witness: [put("json", { headers: JSON_TYPE, body: '[1.0,12345678901234567890,{"a":1,"a":2}]' }), get("json")],
    covers: ({ field, ours, theirs }) =>
      field === "body" && rewritten(ours) !== undefined && rewritten(ours) === rewritten(theirs),
  },
  {
    id: "caching",
    section: "10.1",
    reason: "Pages say how long they may be kept; the reference does not.",
    witness: [put("text", { headers: TEXT_TYPE }), get("text")],
    covers: ({ field, theirs }, { ask }) => field === "cache-control" && ask.method === "GET" && theirs === undefined,
  },
  {
    id: "duplicate-says-where",
    section: "5.2",
    reason: "204 to a duplicate names the tail, as every success does; the reference leaves it out.",
    witness: [
      put("text", { headers: TEXT_TYPE }),
      ...[1, 2].map(() => post("text", { headers: { ...TEXT_TYPE, ...producer(0, 0) }, body: "a" })),
    ],
    covers: ({ field, theirs: there }, { ask, ours }) =>
      field === "stream-next-offset" &&
      ours.status === 204 &&
      there === undefined &&
      ask.headers["Producer-Id"] !== undefined,
  },
  {
    id: "expiry-in-utc",
    section: "5.5",
    reason: "`Stream-Expires-At` is told as the instant in UTC; the reference repeats the spelling it was given.",
    witness: [
      put("text", { headers: { ...TEXT_TYPE, "Stream-Expires-At": "2999-01-01T02:00:00+02:00" } }),
      head("text"),
    ],
    covers: ({ field, ours, theirs }) =>
      field === "stream-expires-at" &&
      ours !== undefined &&
      theirs !== undefined &&
      Date.parse(ours) === Date.parse(theirs),
  },
  {
    id: "messages-untouched",
    section: "9.1",
    reason:
      "Messages are handed out as they came; the reference writes offsets into those that look like changes of a state.",
    witness: [put("json", { headers: JSON_TYPE, body: '{"headers":{"operation":"x"}}' }), get("json")],
    covers: ({ field, ours, theirs }) =>
      field === "body" &&
      rewritten(ours) !== undefined &&
      rewritten(ours) === rewritten(theirs?.replaceAll(/,"offset":"\d{16}_\d{16}"/g, "")),
  },
  {
    id: "type-of-the-source",
    section: "4.2",
    reason: "A fork has its source's content type as first spelled; the reference takes the spelling of the request.",
    witness: [
      put("json", { headers: JSON_TYPE }),
      put("fork", { source: "json", headers: { "Content-Type": "APPLICATION/JSON; charset=utf-8" } }),
    ],
    diverges: true,
    covers: ({ field, ours, theirs }, { ask }) =>
      field === "content-type" &&
      ask.source !== undefined &&
      ours !== undefined &&
      theirs?.toLowerCase().split(";")[0] === ours.toLowerCase().split(";")[0],
  },
  {
    id: "duplicate-closes-nothing",
    section: "5.2",
    reason:
      "A close whose number was used before is a duplicate and closes nothing, so its 204 does not say closed; the reference's does, though the stream stays open there as well.",
    witness: [
      put("text", { headers: TEXT_TYPE }),
      post("text", { headers: { ...TEXT_TYPE, ...producer(0, 0) }, body: "a" }),
      post("text", { headers: { ...producer(0, 0), "Stream-Closed": "true" } }),
    ],
    covers: ({ field, ours: here, theirs: there }, { ask, ours }) =>
      field === "stream-closed" &&
      here === undefined &&
      there === "true" &&
      ours.status === 204 &&
      ask.headers["Producer-Id"] !== undefined &&
      !ask.body,
  },
  {
    id: "json-in-any-case",
    section: "9.1",
    reason:
      "A media type has no case: `offset=now` of a stream of `APPLICATION/JSON` is an empty array; the reference's is empty.",
    witness: [put("json", { headers: { "Content-Type": "APPLICATION/JSON" } }), get("json", { offset: NOW })],
    covers: ({ field, ours, theirs }, { ours: { fields } }) =>
      field === "body" &&
      fields["content-type"]?.startsWith("APPLICATION/JSON") === true &&
      ours === "[]" &&
      theirs === "",
  },
];
