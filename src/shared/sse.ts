const LINE_END = /\r\n|\r|\n/;

function dataLine(line: string): string {
  // A reader strips exactly one space after the colon, so a line that starts with one needs another in front.
  return line.startsWith(" ") ? `data: ${line}\n` : `data:${line}\n`;
}

/**
 * Writes a text as the `data` lines of one server-sent event, the blank line that ends the event included (§5.8).
 *
 * CR, LF and CRLF all begin a new `data` line, so no text can forge a field or an event. A reader gets them back as LF.
 *
 * @param text The event's payload; the empty text gives one empty `data` line.
 *
 * @example
 * ```ts
 * const event = `event: control\n${encodeSSEData(JSON.stringify(control))}`;
 * ```
 */
export function encodeSSEData(text: string): string {
  return `${text.split(LINE_END).map(dataLine).join("")}\n`;
}
