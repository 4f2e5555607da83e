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
  /** What framing failed with: an owned body is no longer what it was, and must not be framed again. */
  #failure: { readonly error: unknown } | undefined;

  constructor(data: Uint8Array, owned: boolean) {
    this.length = data.length;
    this.#data = data;
    this.#owned = owned;
  }

  /** The bytes as they are stored, once the rules have asked for them. */
  get stored(): Uint8Array | undefined {
    return this.#framed?.bytes;
  }

  /**
   * Frames the bytes as they are stored.
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
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      const { bytes, index } = frameJson(this.#data, { owned: this.#owned });
      return { bytes, boundaries: index };
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}
