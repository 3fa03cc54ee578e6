/** A site as a source: needs are answered with the user's rights. */

import { bodiesOf, changed, GONE, tried } from './bodies';
import { Cloud } from './cloud';
import { Files } from './files';
import { renderMacro } from './macros';
import { type Answer, isUnavailable, type Need, type Unavailable } from './needs';
import { People } from './people';
import { pooled, together } from './pool';
import type { Ports } from './ports';
import { Site } from './site';
import type { BodyAnswer, Diagnostic, Outline, Page } from './types';
import { casefold } from './unicode';

const NO_PAGE: Unavailable = { unavailable: { reason: 'there is no such page, or you may not view it' } };
const NO_JIRA: Unavailable = { unavailable: { reason: 'XPress for Confluence does not read Jira' } };

/** A site, and the outline of what is exported of it. `bodies`: those that are known already. */
export class Source {
  readonly #site: Site;
  readonly #cloud: Cloud;
  readonly #outline: Outline;
  readonly #bodies: ReadonlyMap<string, BodyAnswer>;
  readonly #files: Files;
  readonly #people: People;
  readonly #byId = new Map<string, Page>();
  readonly #byTitle = new Map<string, Page>();
  readonly #below = new Map<string, Page[]>();
  readonly #problems = new Map<string, Diagnostic>();

  constructor(ports: Ports, outline: Outline, bodies: ReadonlyMap<string, BodyAnswer>) {
    this.#site = new Site(ports, outline.spaces[0]?.base_url);
    this.#cloud = new Cloud(this.#site);
    this.#cloud.spaces.know(outline.spaces.map((space, index) => ({ space, id: outline.spaceIds[index] ?? '' })));
    this.#outline = outline;
    this.#bodies = bodies;
    const all = sitePages(outline);
    this.#people = new People(this.#site);
    this.#files = new Files(this.#site, outline, all);
    for (const page of all) {
      this.#byId.set(page.id, page);
      const title = titleKey(page.space ?? '', page.title);
      if (!this.#byTitle.has(title)) this.#byTitle.set(title, page);
      this.#below.set(page.id, []);
      if (page.parent) this.#below.get(page.parent)?.push(page);
    }
  }

  /** Findings about the site since the last time. */
  takeProblems(): Diagnostic[] {
    const found = [...this.#problems.values(), ...this.#cloud.problems.splice(0)];
    this.#problems.clear();
    return found;
  }

  /** An answer to every need, by its key. SiteFailure if nothing more can be had at all. */
  async fulfil(needs: readonly Need[]): Promise<Map<string, Answer>> {
    const answers = new Map<string, Answer>();
    const add = (found: ReadonlyMap<string, Answer>) => {
      for (const [key, answer] of found) answers.set(key, answer);
    };
    const of = (kind: string) => needs.filter(need => need.kind === kind);
    const bodies = of('body');
    const people = of('user');
    const pages = of('page').filter(need => need.values.id);
    const done = new Set([...bodies, ...people, ...pages]);
    const rest = needs.filter(need => !done.has(need));
    add(await this.#bodiesFor(bodies));
    const [names, byId, others] = await together(
      () => this.#people.names(people),
      () => this.#pagesFor(pages),
      () => pooled(rest, need => this.#answer(need)),
    );
    add(names);
    add(byId);
    for (const [index, need] of rest.entries()) answers.set(need.key, others[index] ?? NO_PAGE);
    return answers;
  }

  async #answer(need: Need): Promise<Answer> {
    const { values } = need;
    switch (need.kind) {
      case 'page':
        return await this.#titled(values.space ?? '', values.title ?? '', values.day ?? '');
      case 'children':
        return await this.#children(values.page_id ?? '');
      case 'attachment': {
        const page = await this.#page(values.page_id ?? '');
        const wanted = { filename: values.filename ?? '', fileId: values.file_id ?? '' };
        return isUnavailable(page) ? page : await this.#files.file(page, wanted);
      }
      case 'macro': {
        const page = await this.#page(values.page_id ?? '');
        if (isUnavailable(page)) return page;
        return await tried(() => renderMacro(this.#site, page, values.macro_id ?? '', values.markup ?? ''));
      }
      case 'image':
        return await this.#files.image(values.url ?? '');
      default:
        return NO_JIRA;
    }
  }

  // Pages and bodies.

  async #bodiesFor(needs: readonly Need[]): Promise<Map<string, Answer>> {
    const ids = [...new Set(needs.map(need => need.values.page_id ?? ''))];
    const missing = ids.filter(id => !this.#bodies.has(id));
    const failed = await this.#meet(missing);
    const pages = missing.map(id => this.#byId.get(id)).filter(page => page !== undefined);
    const read = await bodiesOf(this.#site, pages);
    const answers = new Map<string, Answer>();
    for (const need of needs) {
      const id = need.values.page_id ?? '';
      const body = this.#bodies.get(id) ?? read.get(id);
      const page = this.#byId.get(id);
      if (body?.changed && page) this.#report(changed(page));
      answers.set(need.key, body ? bodyAnswer(body) : this.#byId.has(id) ? GONE : (failed ?? GONE));
    }
    return answers;
  }

  /** Learns what pages of these ids are; gives why that can't be told, if it can't. */
  async #meet(ids: readonly string[]): Promise<Unavailable | undefined> {
    const unknown = ids.filter(id => !this.#byId.has(id));
    if (!unknown.length) return undefined;
    const found = await tried(() => this.#cloud.pages(unknown));
    if (!(found instanceof Map)) return found;
    this.#learn(found.values());
    return undefined;
  }

  async #pagesFor(needs: readonly Need[]): Promise<Map<string, Answer>> {
    const failed = await this.#meet(needs.map(need => need.values.id ?? ''));
    return new Map(needs.map(need => [need.key, this.#known(need.values.id ?? '') ?? failed ?? NO_PAGE]));
  }

  async #page(id: string): Promise<Page | Unavailable> {
    const failed = await this.#meet([id]);
    return this.#byId.get(id) ?? failed ?? NO_PAGE;
  }

  async #titled(space: string, title: string, day: string): Promise<Answer> {
    if (!space) return NO_PAGE;
    const known = this.#byTitle.get(titleKey(space, title));
    if (known && (!day || known.created?.slice(0, 10) === day)) return { page: known };
    if (this.#outline.whole.includes(casefold(space)) && !day) return NO_PAGE;
    const page = await tried(() => this.#cloud.find(space, title, day));
    if (!page) return NO_PAGE;
    if (isUnavailable(page)) return page;
    this.#learn([page]);
    return { page };
  }

  async #children(id: string): Promise<Answer> {
    const page = await this.#page(id);
    if (isUnavailable(page)) return page;
    const known = this.#outline.complete ? this.#below.get(id) : undefined;
    if (known) return { pages: known };
    const children = await tried(() => this.#cloud.children(page));
    if (!Array.isArray(children)) return children;
    this.#learn(children);
    return { pages: children.map(child => this.#byId.get(child.id) ?? child) };
  }

  #known(id: string): Answer | undefined {
    const page = this.#byId.get(id);
    return page && { page };
  }

  #learn(pages: Iterable<Page>): void {
    for (const page of pages) if (!this.#byId.has(page.id)) this.#byId.set(page.id, page);
  }

  #report(found: Diagnostic): void {
    this.#problems.set(JSON.stringify(found), found);
  }
}

/** All pages of an outline in the order of the site, exported or not, with the parents that they have there. */
export function sitePages(outline: Outline): Page[] {
  const byId = new Map([...outline.pages, ...outline.others].map(page => [page.id, page]));
  return outline.tree.flatMap(({ id, parent }) => {
    const page = byId.get(id);
    return page ? [{ ...page, parent }] : [];
  });
}

function bodyAnswer(body: BodyAnswer): Answer {
  return 'body' in body ? { body: body.body } : { unavailable: body.unavailable };
}

function titleKey(space: string, title: string): string {
  return JSON.stringify([casefold(space), casefold(title.normalize('NFC'))]);
}
