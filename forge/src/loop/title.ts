/** What the PDF of a title is called: the title, without what file systems don't take. */
export function fileName(title: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is taken out
  const plain = title.replace(/[\u0000-\u001f\u007f<>:"/\\|?*\u200b-\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ');
  const stem = bare(plain.split(/\s+/).filter(Boolean).join(' '));
  // File systems count bytes, 255 at most, and the manifest's name is longer.
  const bytes = new TextEncoder().encode(stem.replace(/\p{Cs}/gu, '')).subarray(0, 180);
  // What a cut character leaves is dropped.
  const kept = bare(new TextDecoder().decode(bytes).replace(/\ufffd+$/, ''));
  return `${kept || 'export'}.pdf`;
}

function bare(text: string): string {
  return text.replace(/^[. ]+|[. ]+$/g, '');
}
