/** The host in Confluence Cloud: the bridge to Confluence and to the app's functions, and the fetch loop. */

import * as bridge from '@forge/bridge';
import type { About } from '@xpress/forge/api';
import * as loop from '@xpress/forge/loop';
import type { Context, Host } from '../host';
import { makeAsk } from './ask';
import { contextOf, moduleOf } from './context';
import { keepFiles, loadFile, saveFile } from './files';
import { Maker } from './maker';
import { makePorts } from './ports';
import { followTheme } from './theme';

/** Makes the host of the place that the bridge tells of. */
export async function createForgeHost(): Promise<Host> {
  const ask = makeAsk(bridge.invoke);
  const context = contextOf(await bridge.view.getContext());
  const abouts = new Map<string, Promise<About>>();

  const about = (space = context.space.key): Promise<About> => {
    const known = abouts.get(space);
    if (known) return known;
    const asked = ask('about', space ? { space } : {});
    abouts.set(space, asked);
    asked.catch(() => abouts.delete(space));
    return asked;
  };

  const never = new AbortController().signal;
  const ports = makePorts(bridge, ask, async () => (await about()).remote, never);
  const maker = new Maker({
    ask,
    about,
    ports: signal => makePorts(bridge, ask, async () => (await about()).remote, signal),
  });

  return {
    context: () => named(context, maker, ports),
    about,
    followTheme: () => followTheme(bridge.view.theme.enable),
    close: () => bridge.view.close(),
    open: path => bridge.router.navigate(path),
    openPlace: (place, space) =>
      bridge.router.navigate({
        target: bridge.NavigationTarget.Module,
        moduleKey: moduleOf(place),
        ...(space && { spaceKey: space }),
      }),

    spaces: query => loop.spacesLike(ports, query),
    roots: space => loop.roots(ports, space),
    children: ({ id, kind }) => loop.children(ports, { id, kind }),
    search: (space, query) => loop.searchPages(ports, space, query),
    labels: space => loop.labelsOf(ports, space),
    count: selection => maker.count(selection),

    templates: () => maker.templates(),
    preview: (wish, signal) => maker.preview(wish, signal),
    export: (wish, how, tell) => maker.export(wish, how, tell),
    keep: (made, wish, page, tell) => keepFiles(ask, made, wish, page, tell),

    exports: query => ask('exports', query),
    status: async ids => (await ask('status', { ids })).exports,
    cancel: async id => void (await ask('cancel', { id })),
    remove: async id => void (await ask('remove', { id })),
    load: ({ id }, file, tell) => loadFile(ask, id, file, tell),
    save: saveFile,

    usage: () => ask('usage', {}),
    settings: space => ask('settings', space ? { space } : {}),
    saveSettings: async (settings, space) => {
      await ask('saveSettings', { settings, ...(space && { space }) });
      abouts.clear();
    },
    renderer: async () => {
      const { remote } = await about();
      const { results } = await bridge.permissions.remote.get({ keys: [remote] });
      return results.find(({ key }) => key === remote)?.configured.endpoint ?? undefined;
    },
    setRenderer: async address => {
      const { remote } = await about();
      await bridge.permissions.remote.set({ remotes: [{ key: remote, configured: { endpoint: address } }] });
    },
  };
}

/** The context with the titles that the bridge leaves out. The outline that tells them is needed by the preview anyway. */
async function named(context: Context, maker: Maker, ports: loop.Ports): Promise<Context> {
  const { page, space } = context;
  try {
    if (page && space.key && (!page.title || !space.name)) {
      const outline = await maker.outline({ space: space.key, picks: [{ id: page.id }] });
      const name = outline.spaces.find(({ key }) => key === space.key)?.name ?? '';
      return { ...context, page: { ...page, title: outline.pages[0]?.title ?? '' }, space: { ...space, name } };
    }
    if (space.key && !space.name) {
      const found = (await loop.spacesLike(ports, space.key)).find(({ key }) => key === space.key);
      return { ...context, space: { ...space, name: found?.name ?? space.key } };
    }
  } catch {
    // Names are for show. Whatever is wrong will come up where it matters.
  }
  return context;
}
