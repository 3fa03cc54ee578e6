import { describe, expect, it } from 'vitest';
import { CALLS, type Ports, ProblemError } from '../../src/loop';
import { methodOf, pathOf, straight } from '../../src/loop/calls';
import { SiteFailure } from '../../src/loop/failures';
import { nextAddress, Site } from '../../src/loop/site';

/** Ports to a Confluence that gives these answers, and what they were asked and how long was waited. */
function answering(...answers: (Response | Error)[]): { ports: Ports; asked: string[]; waits: number[] } {
  const asked: string[] = [];
  const waits: number[] = [];
  const ports: Ports = {
    confluence: async path => {
      asked.push(path);
      const answer = answers.shift() ?? new Response('{}');
      if (answer instanceof Error) throw answer;
      return answer;
    },
    renderer: async () => new Response('{}'),
    wait: async milliseconds => {
      waits.push(milliseconds);
    },
  };
  return { ports, asked, waits };
}

function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers });
}

describe('calls', () => {
  it('are each told with a reason, and only read', () => {
    expect(new Set(CALLS.map(call => call.name)).size).toBe(CALLS.length);
    for (const call of CALLS) {
      expect(call.path).toMatch(/^\/wiki\/(api\/v2|rest\/api|download)\//);
      expect(call.why).toMatch(/^[a-z].{10,}[^.]$/);
      expect(call.scope.every(scope => /^read:[a-z.-]+:confluence$/.test(scope))).toBe(true);
      if (call.method !== 'GET') expect(call.why).toMatch(/reads|changes nothing/);
    }
    expect(methodOf('users-bulk')).toBe('POST');
  });

  it.each(['1/../2', '..', '', '12a', 'att1', '1?x', '%31', ' 1'])('have no id such as “%s”', id => {
    expect(() => pathOf('page', { id })).toThrow(SiteFailure);
  });

  it('have values that can lead nowhere else', () => {
    expect(pathOf('attachment-download', { id: 1, attachment: 'att2' })).toBe(
      '/wiki/rest/api/content/1/child/attachment/att2/download',
    );
    expect(pathOf('macro-convert', { id: 1, version: 2, macro: 'a b?c' })).toContain('/macro/id/a%20b%3Fc/convert/');
    expect(() => pathOf('macro-convert', { id: 1, version: 2, macro: 'a/../b' })).toThrow(SiteFailure);
    expect(pathOf('site-files', { path: 'thumbnails/1/a%20b.png' })).toBe('/wiki/download/thumbnails/1/a%20b.png');
  });

  it.each(['a/../b', 'a//b', '/a', 'a/', 'a/%2e%2e/b', 'a/%252e%252e/b', 'a;b', 'a\\b', 'a%5cb', 'a%', 'a?b'])(
    'read no file at “%s”',
    path => expect(straight(path)).toBe(false),
  );
});

describe('a list', () => {
  const path = '/wiki/api/v2/pages';
  const next = (link: string, base = '') =>
    nextAddress('pages', path, [['limit', 2]], { _links: { next: link } }, base);

  it('goes on below the site, with all that was asked', () => {
    expect(next('/wiki/api/v2/pages?cursor=a%2Bb')).toBe('/wiki/api/v2/pages?cursor=a%2Bb&limit=2');
    expect(next('/api/v2/pages?cursor=c&limit=9')).toBe('/wiki/api/v2/pages?cursor=c&limit=9');
    expect(next('https://x.net/wiki/api/v2/pages?cursor=c', 'https://x.net/wiki')).toBe(
      '/wiki/api/v2/pages?cursor=c&limit=2',
    );
    expect(next('')).toBeUndefined();
  });

  it.each([
    'https://evil.net/wiki/api/v2/pages?cursor=c',
    '//evil.net/wiki/api/v2/pages',
    '/wiki/api/v2/users?cursor=c',
  ])('does not go on at %s', link => expect(() => next(link, 'https://x.net/wiki')).toThrow(SiteFailure));

  it('is begun anew when its place is forgotten, and does not go round in circles', async () => {
    const more = { results: [1], _links: { next: '/wiki/api/v2/pages?cursor=c', base: 'https://x.net/wiki/' } };
    const lost = json({ errors: [{ title: 'Invalid cursor' }] }, 400);
    const { ports, asked } = answering(json(more), lost, json(more), json({ results: [2] }));
    const site = new Site(ports);
    expect(await site.entries('pages', {}, [])).toEqual([1, 2]);
    expect(site.base).toBe('https://x.net/wiki');
    expect(asked).toHaveLength(4);
    const round = answering(json(more), json(more), json(more));
    await expect(new Site(round.ports).entries('pages', {}, [])).rejects.toThrow(SiteFailure);
  });
});

describe('a call that fails', () => {
  const kinds: [number, unknown, string, string][] = [
    [401, {}, 'confluence-signed-out', 'signing in failed'],
    [401, { message: 'Unauthorized; scope does not match' }, 'confluence-forbidden', 'the token lacks a scope'],
    [403, {}, 'confluence-forbidden', 'you may not view it'],
    [403, { message: 'Blocked by app access rule' }, 'confluence-forbidden', 'a rule of the site keeps apps from it'],
    [404, {}, 'confluence-gone', 'you may not view it, or it does not exist'],
    [400, {}, 'confluence-failed', 'Confluence answered with status 400'],
  ];
  it.each(kinds)('with %s says why', async (status, body, code, reason) => {
    const { ports, waits } = answering(json(body, status));
    const failure = await new Site(ports).json('page', { id: 1 }).then(String, (error: SiteFailure) => error);
    expect(failure).toBeInstanceOf(ProblemError);
    expect(failure).toMatchObject({ reason, problem: { code } });
    expect(waits).toEqual([]);
  });

  it('for now is made again, after as long as the site says', async () => {
    const answers = [json({}, 429, { 'retry-after': '7' }), json({}, 503), new TypeError('cut'), new Response('{"a":')];
    const { ports, waits } = answering(...answers, json({ a: 1 }));
    expect(await new Site(ports).json('page', { id: 1 })).toEqual({ a: 1 });
    expect(waits).toHaveLength(4);
    expect(waits[0]).toBe(7000);
  });

  it('always is not made for ever', async () => {
    const { ports, asked } = answering(...Array.from({ length: 99 }, () => json({}, 500)));
    await expect(new Site(ports).json('page', { id: 1 })).rejects.toMatchObject({ reason: 'Confluence failed' });
    expect(asked.length).toBeLessThan(10);
    const patient = answering(...Array.from({ length: 999 }, () => json({}, 429, { 'retry-after': '60' })));
    await expect(new Site(patient.ports).json('page', { id: 1 })).rejects.toBeInstanceOf(SiteFailure);
    expect(patient.waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(300_000);
  });

  it('because the export was cancelled is not made again', async () => {
    const { ports, asked } = answering(new ProblemError('cancelled'));
    await expect(new Site(ports).json('page', { id: 1 })).rejects.toMatchObject({ problem: { code: 'cancelled' } });
    expect(asked).toHaveLength(1);
  });

  it('with too many makes all others wait', async () => {
    const { ports, asked, waits } = answering(json({}, 429, { 'retry-after': '1' }));
    const order: string[] = [];
    const slow: Ports = {
      ...ports,
      wait: async milliseconds => {
        await new Promise(resolve => setTimeout(resolve, 20));
        order.push(`waited after ${asked.length}`);
        await ports.wait(milliseconds);
      },
    };
    const site = new Site(slow);
    const first = site.json('page', { id: 1 });
    await new Promise(resolve => setTimeout(resolve, 5));
    await Promise.all([first, site.json('page', { id: 2 }), site.json('page', { id: 3 })]);
    expect(order).toEqual(['waited after 1']);
    expect([asked.length, waits.length]).toEqual([4, 1]);
  });
});
