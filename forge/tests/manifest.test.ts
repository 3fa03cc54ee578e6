import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import loopCalls from '../src/loop/calls.json';
import resolverCalls from '../src/resolver/calls.json';
import { applyVariant } from '../tools/patch';

const calls = [...loopCalls, ...resolverCalls];
/** What is not for calls to Confluence: storage, and telling Atlassian of which accounts there is data. */
const OTHERS = ['storage:app', 'report:personal-data'];
const text = readFileSync(new URL('../manifest.yml', import.meta.url), 'utf8');
const variant = (name: string) =>
  applyVariant(text, readFileSync(new URL(`../variants/${name}.yml`, import.meta.url), 'utf8'));

describe('the manifest', () => {
  const scopes: Record<string, { allowImpersonation?: boolean }> = parse(text).permissions.scopes;

  it('asks for just the scopes that calls need', () => {
    expect(Object.keys(scopes).sort()).toEqual([...new Set([...OTHERS, ...calls.flatMap(call => call.scope)])].sort());
  });

  it('allows impersonation for what exports in the background need, and for nothing else', () => {
    const impersonated = Object.keys(scopes).filter(scope => scopes[scope]?.allowImpersonation);
    const needed = calls.filter(call => call.background).flatMap(call => call.scope);
    expect(impersonated.sort()).toEqual([...new Set(needed)].sort());
  });

  it('names every module once, in both languages where it has words', () => {
    const words = (locale: string) =>
      Object.keys(JSON.parse(readFileSync(new URL(`../locales/${locale}.json`, import.meta.url), 'utf8')));
    const used = [...text.matchAll(/i18n: (\w+)/g)].map(match => match[1]);
    expect(words('en-US')).toEqual(words('de-DE'));
    expect(words('en-US').sort()).toEqual(used.sort());
  });
});

describe('a variant', () => {
  it('with a container reaches nothing outside of Atlassian', () => {
    const manifest = parse(variant('container'));
    expect(manifest.remotes).toBeUndefined();
    expect(manifest.permissions.external).toBeUndefined();
    expect(manifest.services[0].key).toBe('renderer');
  });

  it('with a renderer of the customer has no address of ours', () => {
    const changed = variant('own-renderer');
    expect(parse(changed).remotes[0].baseUrl).toBeUndefined();
    expect(parse(changed).permissions.external).toEqual({ configurable: { enabled: true } });
  });

  it('keeps the id of the app, and its comments', () => {
    expect(parse(variant('container')).app).toEqual(parse(text).app);
    expect(variant('container')).toContain('# docs/permissions.md says of each what it is for.');
  });
});
