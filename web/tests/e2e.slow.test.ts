import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, World } from './world';

/** A page of the demo space with text, a table and code. */
const ORDINARY = '131101';

/** A tree of 300 pages with text, tables and code. */
const TREE = Array.from({ length: 300 }, (_, index) => ({
  id: `${700_000 + index}`,
  title: index ? `Part ${index}` : 'Three hundred pages',
  space: 'OPS',
  parent: index ? `${700_000 + (index <= 20 ? 0 : 1 + (index % 20))}` : '',
  position: index,
  body:
    `<p>Page ${index} of a large manual. ${'It goes on for a while, as manuals do. '.repeat(6)}</p>` +
    `<table><tbody><tr><th>Name</th><th>Value</th></tr>${'<tr><td>Alpha</td><td>1</td></tr>'.repeat(4)}</tbody></table>` +
    `<p><ac:link><ri:page ri:content-title="Part ${(index % 299) + 1}" /></ac:link></p>`,
}));

describe('XPress in Confluence', () => {
  let world: World;
  let folder = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xpress-e2e-'));
    world = await World.start();
    await world.confluence.add(...TREE);
  });

  afterAll(async () => {
    await world?.stop();
    rmSync(folder, { recursive: true });
  });

  /** What the command line makes of the same pages at the same time. */
  async function exported(page: string, manifest: Buffer, name: string, ...options: string[]): Promise<Buffer> {
    const { reader, url } = world.confluence;
    const timestamp: string = JSON.parse(manifest.toString()).exported;
    const out = join(folder, name);
    const address = `${url}/pages/viewpage.action?pageId=${page}`;
    await promisify(execFile)(
      join(ROOT, '.venv', 'bin', 'xpress'),
      ['export', address, '-o', out, '--timestamp', timestamp, '--quiet', ...options],
      { env: { ...process.env, XPRESS_TOKEN: reader.token, XPRESS_EMAIL: reader.email } },
    );
    return readFileSync(out);
  }

  it('exports a page in the browser, at once, to the bytes of the command line', async () => {
    await world.confluence.latency(0.05);
    const view = await world.open({ module: 'xpress-page-action', page: ORDINARY });
    await view.frame
      .getByRole('img', { name: /sheet 1/i })
      .first()
      .waitFor();
    const start = performance.now();
    await view.frame.getByRole('button', { name: 'Export', exact: true }).click();
    await view.frame.getByRole('heading', { name: 'Your PDF is ready' }).waitFor();
    console.log(`from the click to the PDF, at 50 ms a call: ${Math.round(performance.now() - start)} ms`);
    await world.confluence.latency(0);
    const pdf = await view.downloaded(() =>
      view.frame
        .getByRole('button', { name: /^Download/ })
        .first()
        .click(),
    );
    const manifest = await view.downloaded(() => view.frame.getByRole('button', { name: /Record/ }).click());
    expect(pdf.data.equals(await exported(ORDINARY, manifest.data, pdf.name))).toBe(true);
    expect(view.errors).toEqual([]);
    await view.close();
  });

  it('exports a tree of 300 pages in the background, to the bytes of the command line, and deletes it', async () => {
    await world.confluence.forget();
    const view = await world.open({ module: 'xpress-page-action', page: '700000' });
    const { frame } = view;
    await frame.getByRole('radio', { name: 'This page and all below it' }).check();
    await frame.getByText('300 pages').waitFor();
    await frame.getByRole('button', { name: 'Export', exact: true }).click();
    await frame.getByRole('progressbar').first().waitFor();
    await frame.getByRole('heading', { name: 'Your PDF is ready' }).waitFor({ timeout: 60_000 });
    const bodies = (await world.confluence.calls()).filter(
      call => call.account && call.query.some(([name, value]) => name === 'body-format' && value === 'storage'),
    );
    console.log(`calls for the bodies of 300 pages, with those for the preview: ${bodies.length}`);
    await view.close();

    const documents = await world.open({ module: 'xpress-global' });
    await documents.frame.getByRole('tab', { name: 'My documents' }).click();
    const title = 'Three hundred pages';
    const pdf = await documents.downloaded(() =>
      documents.frame.getByRole('button', { name: `Download “${title}”` }).click(),
    );
    await documents.frame.getByRole('button', { name: `More actions for “${title}”` }).click();
    const manifest = await documents.downloaded(() =>
      documents.frame.getByRole('menuitem', { name: 'Download record of the export' }).click(),
    );
    expect(pdf.data.equals(await exported('700000', manifest.data, pdf.name, '--tree'))).toBe(true);

    await documents.frame.getByRole('button', { name: `More actions for “${title}”` }).click();
    await documents.frame.getByRole('menuitem', { name: 'Delete' }).click();
    await documents.frame.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await documents.frame.getByText('No documents yet').waitFor();
    expect([...view.errors, ...documents.errors]).toEqual([]);
    await documents.close();
    expect((await world.installation.leftovers()).rows).toMatchObject({ exports: 0 });
  });

  it('can be used by keyboard alone', async () => {
    const view = await world.open({ module: 'xpress-page-action', page: '131073' });
    const { page, frame } = view;
    await frame.getByRole('button', { name: 'Export', exact: true }).waitFor();
    const focused = () => frame.evaluate(() => document.activeElement?.textContent ?? '');
    for (let step = 0; step < 60 && (await focused()) !== 'Export'; step += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await frame.getByRole('heading', { name: 'Your PDF is ready' }).waitFor();
    expect(await frame.evaluate(() => document.activeElement !== document.body)).toBe(true);
    await view.close();
  });

  it.each([
    ['xpress-page-action', 'light', 'en-US'],
    ['xpress-page-action', 'dark', 'de-DE'],
    ['xpress-byline', 'light', 'de-DE'],
    ['xpress-space', 'dark', 'en-US'],
    ['xpress-space', 'light', 'de-DE'],
    ['xpress-global', 'light', 'en-US'],
    ['xpress-global', 'dark', 'de-DE'],
    ['xpress-site-settings', 'light', 'en-US'],
    ['xpress-space-settings', 'dark', 'de-DE'],
  ] as const)('axe finds nothing wrong with %s (%s, %s)', async (module, theme, locale) => {
    const view = await world.open({ module, theme, locale, page: '131073', space: 'OPS' });
    await view.page.waitForLoadState('networkidle');
    expect(await view.violations()).toEqual([]);
    expect(view.errors).toEqual([]);
    await view.close();
  });

  it('leaves nothing when it is uninstalled', async () => {
    const { outcomes, left } = await world.installation.uninstall();
    expect(outcomes.map(outcome => outcome.kind)).toEqual(['done']);
    expect(Object.values(left.rows).reduce((sum, rows) => sum + rows, 0)).toBe(0);
    expect(left).toMatchObject({ kvs: 0, secrets: 0, objects: 0, events: 0 });
  });
});
