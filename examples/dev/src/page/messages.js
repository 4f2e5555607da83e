// From the data of SSE events to the entries of the log, one way for each kind of content type.

/**
 * Adds the messages in an event's data to a log.
 *
 * @callback Decoder
 * @param {string} data - As it came over SSE.
 * @param {import("./log.js").Log} log
 * @returns {void}
 */

/**
 * The decoder for a stream.
 *
 * @param {string} contentType - Of the stream.
 * @returns {Decoder}
 */
export function decoderFor(contentType) {
  if (isJson(contentType)) {
    return addJson;
  }
  return isText(contentType) ? addText : addBinary;
}

/** @param {string} contentType */
export function isJson(contentType) {
  return mediaType(contentType) === "application/json";
}

/** @param {string} contentType */
export function isText(contentType) {
  return mediaType(contentType).startsWith("text/");
}

/** @param {string} contentType */
function mediaType(contentType) {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}

/** @type {Decoder} */
function addJson(data, log) {
  for (const message of splitArray(data)) {
    log.add(message);
  }
}

/**
 * A text stream has no messages, so the log shows its lines; the last one may still be going on.
 *
 * @type {Decoder}
 */
function addText(data, log) {
  const [first = "", ...more] = data.split("\n");
  log.extend(first);
  for (const line of more) {
    log.end();
    log.extend(line);
  }
}

/** @type {Decoder} */
function addBinary(data, log) {
  const binary = atob(data.replaceAll("\n", ""));
  const shown = Array.from(binary.slice(0, 64), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0"));
  log.add(shown.join(" "), `${binary.length.toLocaleString("en")} bytes`);
}

/**
 * Cuts a JSON array into the texts of its elements, exactly as they were written: a number that JavaScript cannot hold
 * stays what it is. The server has made sure that it is one, so quotes and brackets are all that needs watching.
 *
 * @param {string} array
 * @returns {string[]}
 * @example splitArray('[12345678901234567890,{"a":[1]}]') // ["12345678901234567890", '{"a":[1]}']
 */
export function splitArray(array) {
  const elements = [];
  let start = array.indexOf("[") + 1;
  let depth = 0;
  for (let at = start; at < array.length; at += 1) {
    const char = array[at];
    if (char === '"') {
      at = endOfString(array, at);
    } else if (char === "[" || char === "{") {
      depth += 1;
    } else if (depth > 0 && (char === "]" || char === "}")) {
      depth -= 1;
    } else if (depth === 0 && (char === "," || char === "]")) {
      elements.push(array.slice(start, at).trim());
      start = at + 1;
    }
  }
  return elements;
}

/**
 * Where a string's closing quote is.
 *
 * @param {string} text
 * @param {number} open - Where its opening quote is.
 */
function endOfString(text, open) {
  let at = open + 1;
  while (at < text.length && text[at] !== '"') {
    at += text[at] === "\\" ? 2 : 1;
  }
  return at;
}
