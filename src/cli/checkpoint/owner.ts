import { CheckpointMismatchError } from "../errors.ts";

/** Which stream a checkpoint file belongs to. */
export interface Owner {
  /** The stream's URL, without query: that may hold secrets, and says nothing of which stream it is. */
  readonly url: string;
  /** Its identity (`Stream-Id`); `null` for servers that tell none. */
  readonly stream: string | null;
}

/** Names a stream for its checkpoint files. */
export function ownerOf(url: string, streamId: string | undefined): Owner {
  const { origin, pathname } = new URL(url);
  return { url: origin + pathname, stream: streamId ?? null };
}

/**
 * Checks that a checkpoint is of this stream. The identity decides where both are known, so a server may move; where
 * one is not, the URL does.
 *
 * @throws CheckpointMismatchError when it is of another one.
 */
export function requireOwner(file: string, stored: Owner, present: Owner): void {
  const areKnown = stored.stream !== null && present.stream !== null;
  if (areKnown ? stored.stream === present.stream : stored.url === present.url) return;
  const why =
    stored.url === present.url
      ? `the stream at ${stored.url} was deleted, and another one was created there`
      : `it is of the stream at ${stored.url}`;
  throw new CheckpointMismatchError({ file, why });
}
