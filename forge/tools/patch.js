import { isMap, parse, parseDocument } from 'yaml';
/** A manifest (YAML) after a merge patch (RFC 7396, in YAML). Comments of what stays are kept. */
export function applyVariant(manifest, patch) {
  const document = parseDocument(manifest);
  merge(document, [], parse(patch));
  return document.toString({ lineWidth: 0 });
}
function merge(document, path, value) {
  if (value === null) {
    document.deleteIn(path);
  } else if (typeof value === 'object' && !Array.isArray(value) && (path.length === 0 || isMap(document.getIn(path)))) {
    for (const [key, part] of Object.entries(value)) {
      merge(document, [...path, key], part);
    }
  } else {
    document.setIn(path, document.createNode(value));
  }
}
