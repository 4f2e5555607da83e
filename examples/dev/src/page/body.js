// From what was typed to the body of an append.
import { isJson, isText } from "./messages.js";

/**
 * @param {string} contentType - Of the stream.
 * @param {string} typed
 * @returns {{ body: string, hint: string }} What to send, and what a user should know about it before it is sent.
 * @example bodyOf("application/json", "hello") // { body: '"hello"', hint: 'Not JSON by itself: goes as the string "hello".' }
 */
export function bodyOf(contentType, typed) {
  if (isJson(contentType)) {
    return jsonBodyOf(typed.trim());
  }
  if (isText(contentType)) {
    return { body: `${typed}\n`, hint: "Goes with a line end behind it: a text stream has no messages of its own." };
  }
  return { body: typed, hint: "Goes as UTF-8 bytes." };
}

/** @param {string} typed */
function jsonBodyOf(typed) {
  if (typed === "") {
    return { body: "", hint: "" };
  }
  if (typed.startsWith("[")) {
    return { body: typed, hint: "An array: each of its elements is one message." };
  }
  // What begins like an object or a string was meant as JSON; when it is none, the server says where it stops being it.
  if (/^[{"]/.test(typed) || isJsonText(typed)) {
    return { body: typed, hint: "" };
  }
  const body = JSON.stringify(typed);
  return { body, hint: `Not JSON by itself: goes as the string ${body}.` };
}

/** @param {string} text */
function isJsonText(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
