/** Files in pieces: base64, checksums, parts of a size. */

/** The bytes of a base64 text. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** Bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  // In steps: a call takes only so many arguments.
  let binary = '';
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}

/** The SHA-256 of a file in hexadecimal digits. */
export async function sha256(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

/** A file in pieces of `size` bytes, the last one smaller. An empty file is one empty piece. */
export function piecesOf(file: Blob, size: number): Blob[] {
  const pieces: Blob[] = [];
  for (let start = 0; start === 0 || start < file.size; start += size) pieces.push(file.slice(start, start + size));
  return pieces;
}
