const POLYNOMIALS = { plain: 0xedb88320, castagnoli: 0x82f63b78 };

function table(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) {
      value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    }
    return value >>> 0;
  });
}

const TABLES = { plain: table(POLYNOMIALS.plain), castagnoli: table(POLYNOMIALS.castagnoli) };

/** CRC-32 of bytes, or CRC-32C. */
export function crc32(data: Uint8Array, castagnoli: boolean): number {
  const steps = castagnoli ? TABLES.castagnoli : TABLES.plain;
  let sum = 0xffffffff;
  for (const byte of data) {
    sum = (steps[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  }
  return (sum ^ 0xffffffff) >>> 0;
}
