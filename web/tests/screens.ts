/** Takes the pictures of the app for the documentation: `npm run screens --workspace web`. Look at them afterwards. */

import { join } from 'node:path';
import type { Place } from '../../forge/platform';
import { ROOT, type View, World } from './world';

const SIZE = { width: 1360, height: 840 };

async function picture(world: World, name: string, place: Place, steps: (view: View) => Promise<void>): Promise<void> {
  const view = await world.open(place, SIZE);
  await steps(view);
  await view.page.waitForTimeout(400);
  await view.page.screenshot({ path: join(ROOT, 'docs', 'images', `app-${name}.png`) });
  await view.close();
}

const sheet = (view: View) =>
  view.frame
    .getByRole('img', { name: /sheet 1/i })
    .first()
    .waitFor();

const world = await World.start();
try {
  await picture(world, 'page', { module: 'xpress-page-action', page: '131073' }, async view => {
    await view.frame.getByRole('radio', { name: 'This page and all below it' }).check();
    await view.page.waitForTimeout(1500);
    await view.frame.locator('.xp-preview[aria-busy="false"]').waitFor();
    await sheet(view);
  });
  await picture(world, 'space', { module: 'xpress-space', space: 'OPS' }, async view => {
    for (const title of ['Incident response', 'Runbooks', 'Service catalogue']) {
      await view.frame.getByRole('treeitem', { name: title }).first().click();
    }
    await view.page.waitForTimeout(1500);
    await view.frame.locator('.xp-preview[aria-busy="false"]').waitFor();
    await sheet(view);
  });
  for (const page of ['131101', '131110']) {
    const view = await world.open({ module: 'xpress-page-action', page });
    await view.frame.getByRole('button', { name: 'Export', exact: true }).click();
    await view.frame.getByRole('heading', { name: 'Your PDF is ready' }).waitFor();
    await view.frame.getByRole('button', { name: 'Keep in My documents' }).click();
    await view.frame.getByText('Kept in My documents').waitFor();
    await view.close();
  }
  await world.confluence.latency(0.5);
  const other = await world.open({ module: 'xpress-page-action', page: '131073' });
  await other.frame.getByRole('radio', { name: 'This page and all below it' }).check();
  await other.frame.getByText('14 pages').waitFor();
  await other.frame.getByText('Pictures and files').click();
  await other.frame.getByRole('checkbox', { name: 'Run in the background' }).check();
  await other.frame.getByRole('button', { name: 'Export', exact: true }).click();
  await picture(world, 'documents', { module: 'xpress-global' }, async view => {
    await view.frame.getByText('Laying out').waitFor();
  });
  await world.confluence.latency(0);
  await world.confluence.addUser('712020:ada', 'Ada Admin', true);
  const settings: Place = { module: 'xpress-site-settings', account: '712020:ada', theme: 'dark', locale: 'de-DE' };
  await picture(world, 'settings', settings, async view => {
    await view.page.waitForTimeout(1000);
  });
} finally {
  await world.stop();
}
