import { createRequire } from 'node:module';

/**
 * Lets `import Resolver from '@forge/resolver'` mean the same in Node as in Forge's bundle: the package is CommonJS made
 * of a module, whose default export Node would hide in an object. Before the first import of the functions.
 */
export function takeDefaults(...packages: string[]): void {
  const require = createRequire(import.meta.url);
  for (const name of packages) {
    const made = require(name) as Record<string, unknown>;
    const known = require.cache[require.resolve(name)];
    if (known && typeof made.default === 'function') {
      known.exports = Object.assign(made.default, made);
    }
  }
}
