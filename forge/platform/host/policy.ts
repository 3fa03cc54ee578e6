/** The policies by which a browser runs the app, as Forge's. */

import type { Manifest } from '../manifest';

const QUOTED = new Set(['unsafe-inline', 'unsafe-eval', 'unsafe-hashes']);

/** The Content-Security-Policy of the app's frame. `host`: the origin around it; `objects`: that of the Object Store. */
export function framePolicy(manifest: Manifest, host: string, objects: string): string {
  const { styles = [], scripts = [] } = manifest.content;
  const quoted = (names: string[]) => names.map(name => (QUOTED.has(name) || /^sha\d/.test(name) ? `'${name}'` : name));
  return [
    `default-src 'self' ${objects}`,
    `frame-ancestors 'self' ${host}`,
    `frame-src 'self' ${host}`,
    `font-src 'self' ${objects}`,
    `img-src 'self' data: blob: ${host} ${objects}`,
    `media-src 'self' data: blob: ${host} ${objects}`,
    `connect-src 'self' ${host} ${objects}`,
    ['script-src', "'self'", ...quoted(scripts)].join(' '),
    ['style-src', "'self'", ...quoted(styles)].join(' '),
    "form-action 'self'",
    'sandbox allow-popups allow-popups-to-escape-sandbox allow-downloads allow-forms allow-modals allow-pointer-lock allow-same-origin allow-scripts',
  ].join('; ');
}

/** The policy of the page around it. */
export function hostPolicy(frame: string): string {
  return `default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-src ${frame}; object-src 'none'`;
}
