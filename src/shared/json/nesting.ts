/**
 * The containers that are open around a position in a JSON text, one bit each.
 *
 * Depth is bounded by the size of the text alone: 15,000,000 levels take under 2 MB and no call stack.
 */
export class Nesting {
  #bits = new Uint32Array(8);
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
    const word = this.#depth >>> 5;
    if (word === this.#bits.length) this.#grow();
    const mask = 1 << (this.#depth & 31);
    const bits = this.#bits[word] ?? 0;
    this.#bits[word] = isObject ? bits | mask : bits & ~mask;
    this.#depth += 1;
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
    return (((this.#bits[outer >>> 5] ?? 0) >>> (outer & 31)) & 1) === 1;
  }

  /** Leaves all containers. */
  clear(): void {
    this.#depth = 0;
  }

  #grow(): void {
    const wider = new Uint32Array(this.#bits.length * 2);
    wider.set(this.#bits);
    this.#bits = wider;
  }
}
