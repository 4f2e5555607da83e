import { type Difference, get, JSON_TYPE, post, producer, put, remove, START, TEXT_TYPE } from "../difference.ts";
import { isBadLifetime, isBadType, isMalformed, isUnknownLive } from "../malformed.ts";
import { isMessages, OK, status } from "./predicates.ts";

/** What one does and the other refuses, or refuses for another reason. */
export const OTHER_STATUSES: readonly Difference[] = [
  {
    id: "malformed-first",
    section: "5",
    reason: "What headers and query alone prove wrong is 400 whatever the stream; the reference first looks for it.",
    witness: [get("text", { offset: { text: "x" } })],
    covers: (unlike, { ask }) => isMalformed(ask) && status(400, 403, 404, 409, 410)(unlike),
  },
  {
    id: "empty-append-last",
    section: "5.2",
    reason:
      "An append of nothing is 404, 410, 409 or a producer's 403 or 204 first, as any other would be; the reference says 400 before it looks.",
    witness: [post("text", { headers: TEXT_TYPE, body: "" })],
    covers: (unlike, { ask }) =>
      ask.method === "POST" && !ask.body && [204, 403, 404, 409, 410].some((ours) => status(ours, 400)(unlike)),
  },
  {
    id: "body-before-sequence",
    section: "5.2.1",
    reason:
      "A producer's batch that is not JSON is 400 even where its number would leave a gap: no number makes it better. The reference tells of the gap.",
    witness: [
      put("json", { headers: JSON_TYPE }),
      post("json", { headers: { ...JSON_TYPE, ...producer(0, 1) }, body: "[1," }),
    ],
    covers: (unlike, { ask }) =>
      ask.headers["Producer-Id"] !== undefined && !isMessages(ask.body) && status(400, 409)(unlike),
  },
  {
    id: "unknown-live",
    section: "5.6",
    reason: "A `live` mode that does not exist is an invalid parameter; the reference serves a catch-up read.",
    witness: [put("text", { headers: TEXT_TYPE }), get("text", { offset: START, live: "SSE" })],
    covers: (unlike, { ask }) => isUnknownLive(ask.live) && status(400, ...OK)(unlike),
  },
  {
    id: "invalid-type",
    section: "5.1",
    reason: "A `Content-Type` that is no media type is refused; the reference makes it `application/octet-stream`.",
    witness: [put("bytes", { headers: { "Content-Type": "plain" } })],
    covers: (unlike, { ask }) => ask.method === "PUT" && isBadType(ask) && status(400, 500, ...OK)(unlike),
  },
  {
    id: "impossible-lifetime",
    section: "5.1",
    reason:
      "An empty TTL, a date that does not exist, and an end of life in the past are refused. The reference ignores the first, takes the second for another day, and answers the third with 201 or 500 for a stream that is gone.",
    witness: [put("text", { headers: { ...TEXT_TYPE, "Stream-Expires-At": "1999-01-01T00:00:00Z" } })],
    covers: (unlike, { ask }) => ask.method === "PUT" && isBadLifetime(ask) && status(400, 500, ...OK)(unlike),
  },
  {
    id: "empty-sequence",
    section: "5.2",
    reason: "An empty `Stream-Seq` orders nothing and is refused; the reference takes the append as one without.",
    witness: [
      put("text", { headers: TEXT_TYPE }),
      post("text", { headers: { ...TEXT_TYPE, "Stream-Seq": "" }, body: "a" }),
    ],
    covers: (unlike, { ask }) =>
      ask.method === "POST" && ask.headers["Stream-Seq"] === "" && status(400, ...OK)(unlike),
  },
  {
    id: "offset-beyond-tail",
    section: "8",
    reason: "An offset that no stream of this server has had is refused; the reference answers as at the tail.",
    witness: [
      put("text", { headers: TEXT_TYPE }),
      get("text", { offset: { text: "0000000000000000_9999999999999999" } }),
    ],
    covers: (unlike, { ask: { offset } }) =>
      offset !== undefined &&
      "text" in offset &&
      offset.text.endsWith("_9999999999999999") &&
      status(400, 200, 204, 404, 410)(unlike),
  },
  {
    id: "poll-from-the-start",
    section: "5.7",
    reason: "A long-poll from -1 of an empty stream waits like any other; the reference answers an empty 200 at once.",
    witness: [put("text", { headers: TEXT_TYPE }), get("text", { offset: START, live: "long-poll" })],
    covers: (unlike, { ask: { live, offset }, theirs }) =>
      live === "long-poll" &&
      offset !== undefined &&
      "text" in offset &&
      offset.text === "-1" &&
      status(204, 200, 304)(unlike) &&
      (theirs.body === "" || theirs.body === "[]"),
  },
  {
    id: "same-page-same-tag",
    section: "10.1",
    reason: "A page has one entity tag however its start was spelled, so 304; the reference's tag holds the spelling.",
    witness: [
      put("text", { headers: TEXT_TYPE }),
      get("text"),
      get("text", { offset: { learned: 0 }, conditional: true }),
    ],
    covers: (unlike, { ask, theirs, held }) =>
      ask.conditional === true && status(304, 200)(unlike) && theirs.body === held,
  },
  {
    id: "fork-confirmed-without-type",
    section: "4.2",
    reason:
      "A fork need not name a content type, nor need its repetition; the reference compares the missing one with `application/octet-stream`.",
    witness: [put("json", { headers: JSON_TYPE }), ...[1, 2].map(() => put("fork", { source: "json" }))],
    covers: (unlike, { ask }) =>
      ask.source !== undefined && ask.headers["Content-Type"] === undefined && status(200, 409)(unlike),
  },
  {
    id: "ended-at-once",
    section: "5.1",
    reason: "A TTL of 0 is good grammar: the stream is created, and over; the reference fails with 500.",
    witness: [put("text", { headers: { ...TEXT_TYPE, "Stream-TTL": "0" } })],
    covers: (unlike, { ask }) => ask.method === "PUT" && ask.headers["Stream-TTL"] === "0" && status(201, 500)(unlike),
  },
  {
    id: "one-spelling",
    section: "5.2.1",
    reason:
      "Epochs and sequence numbers have one spelling, as TTLs have (§5.1): `01` is refused; the reference reads it as 1.",
    witness: [
      put("text", { headers: TEXT_TYPE }),
      post("text", { headers: { ...TEXT_TYPE, ...producer("01", 0) }, body: "a" }),
    ],
    covers: (unlike, { ask }) =>
      ask.method === "POST" &&
      [ask.headers["Producer-Epoch"], ask.headers["Producer-Seq"]].includes("01") &&
      status(400, 200, 204)(unlike),
  },
  {
    id: "fork-point-as-sent",
    section: "4.2",
    reason:
      "The fork offset is compared as it was sent: a repetition that leaves it out, or adds it, asks for something else and is 409; the reference compares where the fork begins.",
    witness: [
      put("json", { headers: JSON_TYPE }),
      put("fork", { source: "json", headers: JSON_TYPE, forkOffset: { learned: 0 } }),
      put("fork", { source: "json", headers: JSON_TYPE }),
    ],
    covers: (unlike, { ask }) => ask.source !== undefined && status(409, 200)(unlike),
  },
  {
    id: "fence-before-closed",
    section: "5.2.1",
    reason:
      "A stale epoch is told of the newer one (403) on a closed stream as well: its producer has to stop, not to find out what came last. The reference says closed (409).",
    witness: [
      put("text", { headers: TEXT_TYPE }),
      post("text", { headers: { ...TEXT_TYPE, ...producer(1, 0), "Stream-Closed": "true" }, body: "a" }),
      post("text", { headers: { ...TEXT_TYPE, ...producer(0, 1) }, body: "b" }),
    ],
    covers: (unlike, { ask, theirs }) =>
      ask.headers["Producer-Id"] !== undefined && status(403, 409)(unlike) && theirs.fields["stream-closed"] === "true",
  },
  {
    id: "producer-before-type",
    section: "5.2.1",
    reason:
      "A stored batch is a duplicate (204) and a stale epoch is fenced (403) whatever content type is named; the reference looks at the type first.",
    witness: [
      put("text", { headers: TEXT_TYPE }),
      post("text", { headers: { ...TEXT_TYPE, ...producer(0, 0) }, body: "a" }),
      post("text", { headers: { ...JSON_TYPE, ...producer(0, 0) }, body: "a" }),
    ],
    covers: (unlike, { ask, theirs }) =>
      ask.headers["Producer-Id"] !== undefined &&
      (status(204, 409)(unlike) || status(403, 409)(unlike)) &&
      theirs.fields["stream-closed"] === undefined,
  },
  {
    id: "gone-for-closes",
    section: "4.2",
    reason:
      "A deleted stream with forks is 410 for every request; the reference still judges the producer of a close, or closes.",
    witness: [
      put("json", { headers: JSON_TYPE }),
      put("fork", { source: "json" }),
      remove("json"),
      post("json", { headers: { ...producer(0, 2), "Stream-Closed": "true" } }),
    ],
    covers: (unlike, { ask }) => ask.method === "POST" && !ask.body && status(410, 200, 204, 403, 409)(unlike),
  },
];
