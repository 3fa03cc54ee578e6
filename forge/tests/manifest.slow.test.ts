import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const forge = fileURLToPath(new URL('..', import.meta.url));
const root = join(forge, '..');
/** Atlassian's descriptions of its API, which are not part of the project. */
const descriptions = join(root, '..', 'shared', 'platform');

/** What a tool of ours prints about the app in a folder. Rejects if it finds anything wrong. */
async function run(tool: string, folder: string, ...values: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(forge, 'tools', tool), ...values], {
    cwd: folder,
  });
  return stdout;
}

describe("Atlassian's tools", () => {
  let app = '';

  beforeAll(() => {
    app = mkdtempSync(join(tmpdir(), 'xpress-app-'));
    for (const name of ['manifest.yml', 'package.json', 'src', 'locales', 'static', 'tools', 'variants']) {
      cpSync(join(forge, name), join(app, 'forge', name), { recursive: true });
    }
    cpSync(join(forge, 'tsconfig.json'), join(app, 'forge', 'tsconfig.json'));
    cpSync(join(root, 'tsconfig.base.json'), join(app, 'tsconfig.base.json'));
    symlinkSync(join(root, 'node_modules'), join(app, 'node_modules'));
  });

  afterAll(() => rmSync(app, { recursive: true }));

  it.each(['', 'own-renderer', 'container'])('validate the manifest (variant “%s”)', async variant => {
    cpSync(join(forge, 'manifest.yml'), join(app, 'forge', 'manifest.yml'));
    if (variant) {
      // As docs/forge.md says it.
      await promisify(execFile)('npm', ['run', '--silent', 'variant', variant], { cwd: join(app, 'forge') });
    }
    expect(await run('validate.cjs', join(app, 'forge'))).toBe('');
  });

  it.skipIf(!existsSync(descriptions))('find nothing to complain about in the code', async () => {
    expect(await run('lint.cjs', join(app, 'forge'), descriptions)).toBe('');
  });

  it('bundle the functions', async () => {
    expect(await run('bundle.cjs', join(app, 'forge'))).toMatch(/^bundled: \d+ TypeScript files, 0 errors\n$/);
  });
});
