/** The names of people. */

import { tried } from './bodies';
import { list, record, text } from './json';
import type { Answer, Need, Unavailable } from './needs';
import { pooled } from './pool';
import { chunked } from './search';
import type { Site } from './site';

const NO_NAME: Unavailable = { unavailable: { reason: "Confluence does not tell this person's name" } };
/** People in one question. */
const MOST = 250;

/** People of a site, each asked for once. */
export class People {
  readonly #site: Site;
  readonly #known = new Map<string, Answer>();

  constructor(site: Site) {
    this.#site = site;
  }

  /** Names by the keys of the needs. */
  async names(needs: readonly Need[]): Promise<Map<string, Answer>> {
    const unknown = [...new Set(needs.map(idOf))].filter(id => !this.#known.has(id));
    const found = await tried(() => pooled(chunked(unknown, MOST), ids => this.#ask(ids)));
    const names = Array.isArray(found) ? new Map(found.flat()) : undefined;
    for (const id of unknown) {
      const name = names?.get(id);
      this.#known.set(id, Array.isArray(found) ? (name ? { user: { name } } : NO_NAME) : found);
    }
    return new Map(needs.map(need => [need.key, this.#known.get(idOf(need)) ?? NO_NAME]));
  }

  async #ask(accountIds: readonly string[]): Promise<[string, string][]> {
    const answer = record(await this.#site.json('users-bulk', {}, [], { accountIds }));
    return list(answer.results)
      .map(record)
      .map(user => [text(user.accountId), (text(user.displayName) || text(user.publicName)).trim()]);
  }
}

function idOf({ values }: Need): string {
  return values.account_id || values.key || values.username || '';
}
