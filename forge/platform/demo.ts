/** `make demo-app`: the app on the demo space, in an ordinary browser. Ends with Ctrl-C, and leaves nothing. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './child';
import { startConfluence } from './confluence';
import { startDatabase } from './database';
import { takeDefaults } from './interop';
import { Manifest } from './manifest';
import { Platform } from './platform';
import { startRenderer } from './renderer';
import { serve } from './serve';

const VARIABLES = { RENDERER_URL: 'https://render.example.com' };
const PEOPLE = [
  { id: '712020:demo-ada', name: 'Ada Admin', admin: true },
  { id: '712020:demo-ben', name: 'Ben Builder', admin: false },
];
const INTERFACE = 'npm run build --workspace web';

interface Stoppable {
  stop(): Promise<void>;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string', default: '8091' }, latency: { type: 'string', default: '0.05' } },
  });
  const file = join(ROOT, 'forge', 'manifest.yml');
  const manifest = new Manifest(file, VARIABLES);
  const folder = manifest.resource(manifest.views[0]?.resource ?? '') ?? '';
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Error(`The web interface is not built: run \`${INTERFACE}\` first.`);
  }
  const running: Stoppable[] = [];
  const stop = stopper(running);
  const kept = async <T extends Stoppable>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    running.unshift(started);
    return started;
  };
  const content = positionals[0] ?? join(ROOT, 'demo', 'space');
  try {
    const [database, confluence, renderer] = await Promise.all([
      kept(startDatabase()),
      kept(startConfluence({ content, latency: Number(values.latency) })),
      kept(startRenderer({ app: manifest.app.id })),
    ]);
    takeDefaults('@forge/resolver');
    const handlers = (await import('../src/index')) as never;
    const platform = new Platform({ manifest: file, handlers, database, confluence, renderer, variables: VARIABLES });
    running.unshift(platform);
    const installation = await platform.install();
    installation.deliver();
    for (const { id, name, admin } of PEOPLE) {
      await confluence.addUser(id, name, admin);
    }
    const host = await kept(serve({ platform, installation, port: Number(values.port), people: PEOPLE }));
    console.log(welcome(host.url));
    await stop.asked;
    console.log('\nEnding …');
  } finally {
    await stop.all();
  }
}

/** Ends all that runs, the last first. Ctrl-C and SIGTERM ask for it. */
function stopper(running: Stoppable[]): { asked: Promise<void>; all: () => Promise<void> } {
  const asked = new Promise<void>(resolve => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  const all = async () => {
    for (const one of running.splice(0)) {
      await one.stop().catch((error: Error) => console.error(error.message));
    }
  };
  return { asked, all };
}

function welcome(url: string): string {
  return `XPress on a Confluence of this machine, with the real rendering service:

  ${url}

Try:
  - “Pages”, then “Export to PDF” at the top of a page
  - “In a space: XPress”: pick pages in the tree, export in the background, and watch
  - “Apps: XPress”: all documents of the user who is chosen at the top right
  - as Ada Admin: the settings of the site and of the space
  - another user, dark colours, German: at the top right

Nothing is kept, and nothing leaves this machine. Ctrl-C ends it.`;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
