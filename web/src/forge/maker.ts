/** Counts, previews and exports: here in the browser as far as that goes, else by the app's functions. */

import type { About, Preview, Template } from '@xpress/forge/api';
import * as loop from '@xpress/forge/loop';
import type { Host, Outcome, Progress } from '../host';
import { ruled } from '../rules';
import type { Ask } from './ask';
import { instantOf, isSmall, jobOf } from './instant';
import { FOR_PREVIEWS, FRESH, Outlines } from './outlines';
import { untilAborted } from './ports';

/** The sheets that a preview shows. */
export const PREVIEW_SHEETS = '1-4';

interface Means {
  ask: Ask;
  about: (space?: string) => Promise<About>;
  ports: (signal: AbortSignal) => loop.Ports;
}

type How = Parameters<Host['export']>[1];

export class Maker {
  readonly #means: Means;
  readonly #outlines = new Outlines();
  readonly #never = new AbortController().signal;
  #limits: Promise<loop.Limits> | undefined;
  /** Whether the browser failed to reach the renderer: then it isn't tried again. */
  #unreachable = false;

  constructor(means: Means) {
    this.#means = means;
  }

  /** How many pages a selection holds. Where the preview is made here, it needs the same outline. */
  async count(selection: loop.Selection): Promise<number> {
    const { about, ports } = this.#means;
    const { instant } = await about();
    if (instant !== 'browser') return loop.countPages(ports(this.#never), selection);
    try {
      return (await this.outline(selection)).pages.length;
    } catch (error) {
      if (error instanceof loop.ProblemError && error.problem.code === 'nothing-selected') return 0;
      throw error;
    }
  }

  /** The beginning of a selection's outline, as it was in the last minutes. */
  outline(selection: loop.Selection): Promise<loop.Outline> {
    return this.#beginning(selection, FOR_PREVIEWS);
  }

  templates(): Promise<Template[]> {
    return this.#here(
      ports => loop.templates(ports),
      () => this.#means.ask('templates', {}),
      this.#never,
    );
  }

  /** Pictures of the first sheets. */
  async preview(wish: loop.Wish, signal: AbortSignal): Promise<Preview> {
    const { ask, about } = this.#means;
    const { settings } = await about(wish.selection.space);
    const allowed = { ...wish, options: ruled(wish.options, settings) };
    return this.#here(
      async ports => {
        const [limits, outline] = await Promise.all([this.#readLimits(), this.outline(wish.selection)]);
        if (signal.aborted) throw new loop.ProblemError('cancelled');
        return loop.preview(ports, jobOf(allowed, outline, limits), PREVIEW_SHEETS);
      },
      () => untilAborted(ask('preview', { wish, show: PREVIEW_SHEETS }), signal),
      signal,
    );
  }

  /** See `Host.export`. */
  async export(wish: loop.Wish, how: How, tell: (progress: Progress) => void): Promise<Outcome> {
    const { ask, about } = this.#means;
    const { settings, instant } = await about(wish.selection.space);
    const allowed = { ...wish, options: ruled(wish.options, settings) };
    const start = async (because: Extract<Outcome, { kind: 'background' }>['because']): Promise<Outcome> => {
      if (how.signal.aborted) throw new loop.ProblemError('cancelled');
      tell({ stage: 'waiting', done: 0, total: 0 });
      const { id } = await ask('start', { wish, ...(how.page && { page: how.page }) });
      // Nobody waits for what was cancelled while it was on its way.
      if (how.signal.aborted) await ask('cancel', { id });
      return { kind: 'background', id, because };
    };
    if (how.background) return start('asked');
    if (instant !== 'browser') return start('only-way');
    if (this.#unreachable) return start('unreachable');
    try {
      const made = await this.#make(allowed, settings.maxPages, how.signal, tell);
      return made ? { kind: 'instant', made: instantOf(made) } : await start('size');
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      this.#unreachable = true;
      return start('unreachable');
    }
  }

  async #make(
    wish: loop.Wish,
    maxPages: number,
    signal: AbortSignal,
    tell: (progress: Progress) => void,
  ): Promise<loop.Made | null> {
    tell({ stage: 'reading', done: 0, total: 0 });
    const [limits, beginning] = await untilAborted(
      Promise.all([this.#readLimits(), this.#beginning(wish.selection, FRESH)]),
      signal,
    );
    const count = beginning.pages.length;
    tell({ stage: 'reading', done: count, total: 0 });
    if (maxPages > 0 && count > maxPages) throw new loop.ProblemError('too-many-pages', { count, limit: maxPages });
    if (!isSmall(beginning, limits)) return null;
    const outline = beginning.beginning ? await loop.readOutline(this.#means.ports(signal), wish.selection) : beginning;
    if (!isSmall(outline, limits)) return null;
    return loop.renderAtOnce(this.#means.ports(signal), jobOf(wish, outline, limits), tell);
  }

  /** Does it in the browser, or by the app's functions if the renderer can't be reached from here. */
  async #here<T>(
    browser: (ports: loop.Ports) => Promise<T>,
    functions: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const { instant } = await this.#means.about();
    if (instant !== 'browser' || this.#unreachable) return functions();
    try {
      return await browser(this.#means.ports(signal));
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      this.#unreachable = true;
      return functions();
    }
  }

  #beginning(selection: loop.Selection, age: number): Promise<loop.Outline> {
    // Not aborted with the one who asks: others may wait for the same.
    return this.#outlines.get(selection, age, () => loop.readBeginning(this.#means.ports(this.#never), selection));
  }

  #readLimits(): Promise<loop.Limits> {
    this.#limits ??= loop.limits(this.#means.ports(this.#never));
    const limits = this.#limits;
    limits.catch(() => {
      this.#limits = undefined;
    });
    return limits;
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof loop.ProblemError && error.problem.code === 'renderer-unreachable';
}
