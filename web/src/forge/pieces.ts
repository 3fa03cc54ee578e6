/** A file in pieces of `size` bytes, the last one smaller. An empty file is one empty piece. */
export function piecesOf(file: Blob, size: number): Blob[] {
  const pieces: Blob[] = [];
  for (let start = 0; start === 0 || start < file.size; start += size) pieces.push(file.slice(start, start + size));
  return pieces;
}
