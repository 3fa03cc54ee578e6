/** The pages around the app: a calm place that looks a little like Confluence. */

import type { Manifest, Module } from '../manifest';
import type { Confluence } from '../types';
import { Html, html } from './html';

/** How the place is looked at. */
export interface Look {
  user: string;
  locale: string;
  theme: 'light' | 'dark';
}

export interface Person {
  id: string;
  name: string;
}

type View = Module & { type: string };

const LOCALES = ['en-US', 'de-DE'];
const SANDBOX = 'allow-downloads allow-forms allow-modals allow-scripts allow-same-origin';
const KINDS: Record<string, string> = {
  'confluence:contentAction': 'On a page: action',
  'confluence:contentBylineItem': 'On a page: byline',
  'confluence:spacePage': 'In a space',
  'confluence:globalPage': 'Apps',
  'confluence:globalSettings': 'Settings of the site',
  'confluence:spaceSettings': 'Settings of a space',
};

/** What this kind of module is called. */
export function kindOf(type: string): string {
  return KINDS[type] ?? type;
}

/** An address here, with who looks and how. */
export function link(path: string, look: Look, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...more, user: look.user, locale: look.locale, theme: look.theme });
  return `${path}?${query}`;
}

function shell(title: string, look: Look, people: Person[], content: Html, opens = ''): string {
  const options = (names: [string, string][], chosen: string) =>
    names.map(([id, name]) => html`<option value="${id}"${id === chosen ? html` selected` : ''}>${name}</option>`);
  const persons = options(
    people.map(person => [person.id, person.name]),
    look.user,
  );
  const locales = options(
    LOCALES.map(locale => [locale, locale]),
    look.locale,
  );
  return html`<!doctype html>
<html lang="${look.locale}" data-color-mode="${look.theme}" data-opens="${opens}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/host.css">
<script type="module" src="/host.js"></script>
</head>
<body>
<header class="bar">
<a class="name" href="${link('/', look)}">Demo site</a>
<select data-parameter="user" aria-label="User">${persons}</select>
<select data-parameter="locale" aria-label="Language">${locales}</select>
<button type="button" id="theme">Light or dark</button>
</header>
${content}
<div id="flags"></div>
</body>
</html>`.text;
}

/** The frame of a module. `address`: of its index.html, with a slash at the end of the folder. */
export function frame(title: string, address: string): Html {
  const { origin } = new URL(address);
  return html`<iframe title="${title}" src="${address}" data-origin="${origin}" sandbox="${SANDBOX}"></iframe>`;
}

/** The list of all there is. */
export async function indexPage(
  manifest: Manifest,
  confluence: Confluence,
  look: Look,
  people: Person[],
): Promise<string> {
  const [spaces, pages] = await Promise.all([confluence.spaces(), confluence.pages()]);
  const name = (view: View) => `${kindOf(view.type)}: ${manifest.text(view.title, look.locale)}`;
  const inSpaces = manifest.views.filter(view => /space/i.test(view.type));
  const global = manifest.views.filter(view => view.type.startsWith('confluence:global'));
  const item = (view: View, more: Record<string, string>) =>
    html`<li><a href="${link('/open', look, { module: view.key, ...more })}">${name(view)}</a></li>`;
  const space = ({ key, name: title, homepage }: { key: string; name: string; homepage: string }) => {
    const first = homepage || pages.find(page => page.space === key && page.kind === 'page')?.id;
    const start = first ? html`<li><a href="${link('/open', look, { page: first })}">Pages</a></li>` : '';
    return html`<h2>${title}</h2><ul class="plain">${start}${inSpaces.map(view => item(view, { space: key }))}</ul>`;
  };
  const content = html`<main class="read"><h1>Demo site</h1>${spaces.map(space)}
<h2>Site</h2><ul class="plain">${global.map(view => item(view, {}))}</ul></main>`;
  return shell('Demo site', look, people, content);
}

/** A page of Confluence, with the app's actions on it. `frames`: addresses by module. */
export async function contentPage(
  given: { manifest: Manifest; confluence: Confluence; look: Look; people: Person[] },
  id: string,
  frames: Map<string, string>,
  opens: string,
): Promise<string> {
  const { manifest, confluence, look } = given;
  const page = await confluence.view(id);
  const siblings = (await confluence.pages(page.space)).filter(one => one.kind === 'page');
  const text = (view: View) => manifest.text(view.title, look.locale);
  const views = manifest.views.filter(view => frames.has(view.key));
  const button = (view: View) =>
    html`<button type="button" data-open="${view.key}" title="${manifest.text(view.tooltip, look.locale)}">${text(view)}</button>`;
  const dialogs = views.map(
    view => html`<template data-module="${view.key}"><dialog class="${sizeOf(view)}" aria-label="${text(view)}">
${frame(text(view), frames.get(view.key) ?? '')}</dialog></template>`,
  );
  const entry = (one: { id: string; title: string }) =>
    html`<a href="${link('/open', look, { page: one.id })}"${one.id === id ? html` aria-current="page"` : ''}>${one.title}</a>`;
  const actions = views.filter(view => view.type === 'confluence:contentAction');
  const byline = views.filter(view => view.type === 'confluence:contentBylineItem');
  const content = html`<div class="columns">
<nav class="side" aria-label="Pages"><h2>Pages</h2>${siblings.slice(0, MOST).map(entry)}</nav>
<main class="read">
<div class="actions">${actions.map(button)}</div>
<h1>${page.title}</h1>
<div class="byline"><span>${page.author || 'Somebody'}, ${page.updated.slice(0, 10)}</span>${byline.map(button)}</div>
<article>${trusted(page.html)}</article>
</main></div>${dialogs}`;
  return shell(page.title, look, given.people, content, opens);
}

const MOST = 60;

function sizeOf(view: View): string {
  return typeof view.viewportSize === 'string' ? view.viewportSize : 'medium';
}

/** A page of the app's own. */
export function modulePage(title: string, look: Look, people: Person[], address: string): string {
  return shell(title, look, people, html`<main>${frame(title, address)}</main>`);
}

/** Markup of the site: it can't run scripts under the page's policy. Pictures need a sign-in, so they are left out. */
function trusted(markup: string): Html {
  return new Html(markup.replace(/<img\b[^>]*>/g, ''));
}
