/** Spaces of a site, by their keys and ids. */

import type { Params } from './calls';
import { gone } from './failures';
import { record, text } from './json';
import { chunked } from './search';
import type { Site } from './site';
import type { Space } from './types';
import { casefold, compareText } from './unicode';

/** Ids in one question. */
const MOST = 250;

/** A space, and the id by which Confluence knows it. */
export interface SpaceRecord {
  space: Space;
  id: string;
}

/** What is known of a site's spaces; what is not is asked for, once. */
export class Spaces {
  readonly #site: Site;
  readonly #byKey = new Map<string, SpaceRecord>();
  readonly #keys = new Map<string, string>();
  readonly #asked = new Map<string, Promise<void>>();

  constructor(site: Site) {
    this.#site = site;
  }

  /** Asks for a space that will be needed, while other questions are asked. What goes wrong shows when it is. */
  expect(key: string): void {
    if (key) this.#ask(key).catch(() => undefined);
  }

  /** Spaces that are known already. */
  know(spaces: readonly SpaceRecord[]): void {
    for (const found of spaces) {
      this.#byKey.set(casefold(found.space.key), found);
      this.#keys.set(found.id, found.space.key);
    }
  }

  /** A space by its key. SiteFailure `gone` if there is none that the user may see. */
  async space(key: string): Promise<SpaceRecord> {
    if (!this.#byKey.has(casefold(key))) await this.#ask(key);
    const found = this.#byKey.get(casefold(key));
    if (!found) throw gone('spaces');
    return found;
  }

  /** The keys of spaces by their ids, as far as the user may see them. */
  async keys(ids: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
    if ([...ids].some(id => !this.#keys.has(id))) await Promise.allSettled(this.#asked.values());
    const unknown = [...ids].filter(id => !this.#keys.has(id)).sort(compareText);
    for (const chunk of chunked(unknown, MOST)) {
      await this.#read([...chunk.map(id => ['ids', id] as const), ['limit', MOST]]);
    }
    return this.#keys;
  }

  /** Asks for a space, once at a time. */
  async #ask(key: string): Promise<void> {
    const asked =
      this.#asked.get(key) ??
      this.#read([
        ['keys', key],
        ['limit', 1],
      ]);
    this.#asked.set(key, asked);
    await asked.finally(() => this.#asked.delete(key));
  }

  async #read(params: Params): Promise<void> {
    const found = (await this.#site.entries('spaces', {}, params)).map(record);
    this.know(
      found.map(({ id, key, name, homepageId }) => {
        const space = { key: text(key), name: text(name) || text(key), homepage: text(homepageId) };
        return { id: text(id), space: { ...space, base_url: this.#site.base } };
      }),
    );
  }
}
