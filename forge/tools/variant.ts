/** Changes ./manifest.yml into a variant: `npm run variant container` or `own-renderer`. The app's id stays. */

import { readFileSync, writeFileSync } from 'node:fs';
import { applyVariant } from './patch';

const name = process.argv[2] ?? '';
try {
  const patch = readFileSync(`variants/${name}.yml`, 'utf8');
  writeFileSync('manifest.yml', applyVariant(readFileSync('manifest.yml', 'utf8'), patch));
  console.log(`manifest.yml is now that of the variant ${name}. To go back: git checkout manifest.yml`);
} catch (error) {
  console.error(`There is no variant “${name}”: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
