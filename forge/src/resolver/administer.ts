/** What the interface has to know first, and the settings. */

import { getAppContext } from '@forge/api';
import type { Answers } from '../api';
import { ProblemError } from '../loop';
import { RENDERER, rendererKind } from '../sdk/ports';
import { SITE_ONLY } from '../settings/merge';
import { saveSettings, settingsOf, siteSettings, spaceSettings } from '../settings/stored';
import { type Caller, isSiteAdmin, isSpaceAdmin } from './access';
import type { Payload } from './payloads';

export async function about(caller: Caller, { space }: Payload<'about'>): Promise<Answers['about']> {
  const [settings, site, ofSpace] = await Promise.all([
    settingsOf(space ?? ''),
    orNot(isSiteAdmin(caller)),
    space ? orNot(isSpaceAdmin(caller, space)) : false,
  ]);
  const kind = rendererKind();
  return {
    version: getAppContext().appVersion,
    instant: kind === 'service' ? 'functions' : 'browser',
    remote: RENDERER,
    ownRenderer: kind === 'own',
    settings,
    admin: { site, space: ofSpace },
  };
}

/** Settings as they are saved: those of a space for its administrators, those of the site for everybody. */
export async function settings(caller: Caller, { space }: Payload<'settings'>): Promise<Answers['settings']> {
  const site = await siteSettings();
  if (!space) return { site };
  await checkSpace(caller, space);
  return { site, space: await spaceSettings(space) };
}

export async function save(caller: Caller, given: Payload<'saveSettings'>): Promise<Answers['saveSettings']> {
  const { space, settings: changes } = given;
  if (space) {
    if (SITE_ONLY.some(name => changes[name] !== undefined)) throw new ProblemError('not-allowed');
    await checkSpace(caller, space);
  } else if (!(await isSiteAdmin(caller))) {
    throw new ProblemError('not-allowed');
  }
  await saveSettings(changes, space);
  return {};
}

/** Administrators of the site may administer each space that they see. */
async function checkSpace(caller: Caller, space: string): Promise<void> {
  if (!(await isSpaceAdmin(caller, space)) && !(await isSiteAdmin(caller))) throw new ProblemError('not-allowed');
}

/** What Confluence doesn't tell is not allowed. */
async function orNot(question: Promise<boolean>): Promise<boolean> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
}
