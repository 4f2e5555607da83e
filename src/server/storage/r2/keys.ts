import type { StreamId } from "../../../shared/index.ts";

/** Digits of a number in a key: enough for every safe integer, so that keys order like the numbers. */
const DIGITS = 16;

const padded = (number: number): string => String(number).padStart(DIGITS, "0");

/** Names the objects of a store. Everything that belongs to one stream begins with {@link Keys.stream}. */
export class Keys {
  readonly #prefix: string;

  /** @param prefix What every key begins with. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The object that says which stream a path holds. */
  path(encodedPath: string): string {
    return `${this.#prefix}paths/${encodedPath}`;
  }

  /** What the keys of a stream's objects begin with. */
  stream(streamId: StreamId): string {
    return `${this.#prefix}streams/${streamId}/`;
  }

  /** What the keys of a stream's commits begin with. */
  commits(streamId: StreamId): string {
    return `${this.stream(streamId)}commits/`;
  }

  /** The object of a commit, by its number. */
  commit(streamId: StreamId, number: number): string {
    return `${this.commits(streamId)}${padded(number)}`;
  }

  /** The object of a segment, by its level and its ordinal among those of the level. */
  segment(streamId: StreamId, level: number, ordinal: number): string {
    return `${this.stream(streamId)}segments-${level}/${padded(ordinal)}`;
  }

  /** What the keys of planned tasks begin with. */
  tasks(encodedOwner: string): string {
    return `${this.#prefix}tasks/${encodedOwner}/`;
  }

  /** The object of a planned task: in order of due time. */
  task(encodedOwner: string, at: number, encodedId: string): string {
    return `${this.tasks(encodedOwner)}${padded(Math.max(0, at))}/${encodedId}`;
  }
}
