/** Text that can stand in HTML as it is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function plain(value: unknown): string {
  if (value instanceof Html) {
    return value.text;
  }
  if (Array.isArray(value)) {
    return value.map(plain).join('');
  }
  return String(value ?? '').replace(/[&<>"']/g, found => ENTITIES[found] ?? found);
}

/** HTML with values filled in; what isn't Html itself is escaped. */
export function html(parts: TemplateStringsArray, ...values: unknown[]): Html {
  return new Html(parts.reduce((made, part, index) => made + plain(values[index - 1]) + part));
}
