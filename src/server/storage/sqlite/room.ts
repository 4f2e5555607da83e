/** Data up to this size lies in one page of SQLite's with all else of its row, which is written whole anyway. */
const IN_PAGE_BYTES = 3_500;

/**
 * How much space the row of a chunk takes: more than its data where the next append is to find room. It depends on the
 * size alone, so that an append that stays within the same space changes no row's length.
 *
 * @param size Bytes of data.
 * @param sealedFrom Size from which a chunk takes no more. Up to there space doubles; it is twice the data at most.
 */
export function roomFor(size: number, sealedFrom: number): number {
  if (size <= IN_PAGE_BYTES || size >= sealedFrom) return size;
  let room = sealedFrom;
  while (room / 2 >= size) room /= 2;
  return Math.ceil(room);
}
