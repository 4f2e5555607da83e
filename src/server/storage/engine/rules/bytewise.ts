/**
 * Orders strings as their UTF-8 bytes do, which is code-point order; plain comparison orders UTF-16 code units and
 * differs above U+FFFF. Negative, 0 or positive.
 */
export function compareBytewise(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length) {
    const left = a.codePointAt(at) ?? 0;
    const right = b.codePointAt(at) ?? 0;
    if (left !== right) return left - right;
    at += left > 0xffff ? 2 : 1;
  }
  return a.length - b.length;
}
