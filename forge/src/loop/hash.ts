/** The SHA-256 of bytes in hexadecimal digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(sum, byte => byte.toString(16).padStart(2, '0')).join('');
}
