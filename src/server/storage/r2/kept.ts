/**
 * A commit's object is kept this long, replaced by a segment or not, and so is the last one of a removed stream: so that
 * whoever still believes its number to be free meets it, and whoever has just read its key finds it. In ms.
 */
export const KEPT_MS = 60 * 60_000;

/** What was seen of a path is good to write on for this long: well before anything that it leads to can be gone. In ms. */
export const TRUSTED_MS = KEPT_MS / 2;
