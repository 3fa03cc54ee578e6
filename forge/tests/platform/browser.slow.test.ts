/** The host page in Chromium: the app runs in its sandbox, and the bridge reaches functions and page. */

import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Confluence,
  type Database,
  type HostServer,
  type Platform,
  serve,
  startConfluence,
  startDatabase,
} from '../../platform';
import { makePlatform } from './app';

const CHROMIUM = '/usr/bin/chromium';

describe.skipIf(!existsSync(CHROMIUM))('The host page', () => {
  let database: Database;
  let confluence: Confluence;
  let platform: Platform;
  let host: HostServer;
  let browser: Browser;
  let page: Page;
  const refused: string[] = [];

  beforeAll(async () => {
    [database, confluence, browser] = await Promise.all([
      startDatabase(),
      startConfluence({ content: '' }),
      chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] }),
    ]);
    await confluence.addSpace({ key: 'DEMO', name: 'Demo' });
    await confluence.add({ id: '1', title: 'Home <1>', body: '<p>Hello</p>', space: 'DEMO' });
    const made = makePlatform({ database, confluence });
    platform = made.platform;
    made.does.call = ({ n }, account) => ({ twice: Number(n) * 2, account });
    host = await serve({
      platform,
      installation: await platform.install(),
      people: [{ id: '712020:ann', name: 'Ann' }],
    });
    page = await browser.newPage();
    page.on('console', message => {
      if (/Content Security Policy/.test(message.text())) {
        refused.push(message.text());
      }
    });
  });

  afterAll(async () => {
    await browser?.close();
    await host?.stop();
    await platform?.stop();
    await Promise.all([database?.stop(), confluence?.stop()]);
  });

  it('opens an action on its page, in a modal that the app closes', async () => {
    const place = { module: 'action', page: '1', account: '712020:ann', locale: 'de-DE', theme: 'dark' } as const;
    await page.goto(host.address(place));
    const frame = page.frameLocator('dialog iframe');
    await expect.poll(() => frame.locator('#context').textContent()).toContain('"page":"1"');
    const context = await frame.locator('#context').textContent();
    expect(JSON.parse(context ?? '')).toEqual({ page: '1', locale: 'de-DE', accountId: '712020:ann' });
    await expect
      .poll(() => frame.locator('#answer').textContent())
      .toBe('{"value":{"twice":4,"account":"712020:ann"}}');
    expect(await frame.locator('html').getAttribute('data-color-mode')).toBe('dark');
    expect(await page.locator('h1').first().textContent()).toBe('Home <1>');
    await expect.poll(() => page.locator('.flag').textContent()).toContain('<b>');
    await frame.locator('#close').click();
    await expect.poll(() => page.locator('dialog').count()).toBe(0);
  });

  it('follows the colours of the page', async () => {
    await page.goto(host.address({ module: 'page' }));
    const root = page.frameLocator('iframe').locator('html');
    await expect.poll(() => root.getAttribute('data-color-mode')).toBe('light');
    await page.click('#theme');
    await expect.poll(() => root.getAttribute('data-color-mode')).toBe('dark');
  });

  it('runs the app under Forge’s policy', async () => {
    const frame = page.frameLocator('iframe');
    await expect.poll(() => frame.locator('#outside').textContent()).toBe('"refused"');
    expect(await frame.locator('html').getAttribute('data-inline')).toBeNull();
    expect(refused.some(text => text.includes('inline'))).toBe(true);
    expect(refused.some(text => text.includes('127.0.0.1:9'))).toBe(true);
  });

  it('lists all there is', async () => {
    await page.goto(host.url);
    expect(await page.locator('main li a').allTextContents()).toEqual(['Pages', 'Apps: Page']);
  });
});
