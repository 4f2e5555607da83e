const LEVELS_IN_A_WORD = 32;
const FIRST_WORDS = 8;
/** Shared: most texts are shallow, and runtimes take microseconds to make even an empty one. */
const NO_WORDS = new Uint32Array(0);

/**
 * The containers that are open around a position in a JSON text, one bit each.
 *
 * Depth is bounded by the size of the text alone: 15,000,000 levels take under 2 MB and no call stack.
 */
export class Nesting {
  /** The outermost levels. */
  #shallow = 0;
  /** All levels within them. */
  #deep = NO_WORDS;
  #depth = 0;

  /** How many containers are open. */
  get depth(): number {
    return this.#depth;
  }

  /**
   * Enters a container.
   *
   * @param isObject Whether it is an object rather than an array.
   */
  push(isObject: boolean): void {
    const level = this.#depth;
    const mask = 1 << (level & 31);
    if (level < LEVELS_IN_A_WORD) this.#shallow = isObject ? this.#shallow | mask : this.#shallow & ~mask;
    else this.#pushDeep((level >>> 5) - 1, mask, isObject);
    this.#depth = level + 1;
  }

  /**
   * Leaves the innermost container.
   *
   * @returns Whether the one around it is an object; `false` when there is none.
   */
  pop(): boolean {
    this.#depth -= 1;
    if (this.#depth === 0) return false;
    const outer = this.#depth - 1;
    const bits = outer < LEVELS_IN_A_WORD ? this.#shallow : (this.#deep[(outer >>> 5) - 1] ?? 0);
    return ((bits >>> (outer & 31)) & 1) === 1;
  }

  /** Leaves all of them. */
  clear(): void {
    this.#depth = 0;
  }

  #pushDeep(word: number, mask: number, isObject: boolean): void {
    if (word === this.#deep.length) this.#grow();
    const bits = this.#deep[word] ?? 0;
    this.#deep[word] = isObject ? bits | mask : bits & ~mask;
  }

  #grow(): void {
    const wider = new Uint32Array(Math.max(FIRST_WORDS, this.#deep.length * 2));
    wider.set(this.#deep);
    this.#deep = wider;
  }
}
