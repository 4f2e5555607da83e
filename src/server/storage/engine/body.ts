import { type BoundaryIndex, frameJson, InvalidJsonError } from "../../../shared/index.ts";

/** The bytes of one write as they are stored. */
export interface FramedBody {
  readonly bytes: Uint8Array;
  /** Where messages end, in JSON mode; other bytes may be cut anywhere. */
  readonly boundaries: BoundaryIndex | undefined;
}

/** The bytes of one write. Framing is done when the rules get to it, and once even if a commit is tried again. */
export class Body {
  readonly length: number;
  readonly #data: Uint8Array;
  readonly #owned: boolean;
  #framed: FramedBody | undefined;

  constructor(data: Uint8Array, owned: boolean) {
    this.length = data.length;
    this.#data = data;
    this.#owned = owned;
  }

  /**
   * The bytes as they are stored.
   *
   * @throws InvalidJsonError in JSON mode for anything but strict JSON, and for an empty array if that is refused.
   */
  framed(json: boolean, emptyArray: "refuse" | "allow"): FramedBody {
    this.#framed ??= json ? this.#frame() : { bytes: this.#data, boundaries: undefined };
    if (json && emptyArray === "refuse" && this.#framed.bytes.length === 0) {
      throw new InvalidJsonError({}, { detail: "An empty array appends nothing: send at least one message" });
    }
    return this.#framed;
  }

  #frame(): FramedBody {
    const { bytes, index } = frameJson(this.#data, { owned: this.#owned });
    return { bytes, boundaries: index };
  }
}
