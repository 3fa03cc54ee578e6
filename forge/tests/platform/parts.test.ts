/** Parts of the platform that need nothing else: what is a wrong verdict here would let wrong things pass elsewhere. */

import { describe, expect, it } from 'vitest';
import { Clock } from '../../platform/clock';
import { Manifest } from '../../platform/manifest';
import { Random } from '../../platform/random';
import { Rate } from '../../platform/rate';
import { judge } from '../../platform/sql/policy';
import { crc32 } from '../../platform/store/crc32';

describe('Statements', () => {
  it.each([
    ["SELECT ';', 'FOR UPDATE' FROM t -- SET x", 'read'],
    ['INSERT INTO t (a) VALUES (?);', 'write'],
    ['/* SELECT */ UPDATE `set` SET a = 1', 'write'],
    ['WITH x AS (SELECT 1) SELECT * FROM x', 'read'],
    ['(SELECT 1) UNION (SELECT 2)', 'read'],
  ])('%s is allowed', (statement, kind) => {
    expect(judge(statement, false)).toBe(kind);
  });

  it.each([
    'SELECT @@version',
    'SET @a = 1',
    'SELECT 1; DROP TABLE t',
    'START TRANSACTION',
    'LOCK TABLES t WRITE',
    "PREPARE s FROM 'SELECT 1'",
    "SELECT GET_LOCK('a', 1)",
    'SELECT * FROM mysql.user',
    '-- nothing',
  ])('%s is not', statement => {
    expect(judge(statement, true)).toHaveProperty('code');
  });

  it.each([
    'CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u (a))',
    'CREATE TABLE t (a TEXT, FULLTEXT (a))',
    'CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY)',
    'CREATE OR REPLACE TABLE t (a INT)',
    'CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW DELETE FROM u',
    'CREATE DATABASE x',
  ])('%s is no DDL of TiDB on Forge', statement => {
    expect(judge(statement, true)).toHaveProperty('code', 'SQL_POLICY_VIOLATION');
  });
});

it('knows the checksums of the Object Store', () => {
  const data = Buffer.from('123456789');
  expect([crc32(data, false), crc32(data, true)]).toEqual([0xcbf43926, 0xe3069283]);
});

it('counts what happened in a window of time', () => {
  const clock = new Clock();
  const rate = new Rate(clock, 1000);
  rate.add(3);
  clock.advance(600);
  expect(rate.add(1)).toBe(4);
  clock.advance(600);
  expect(rate.add(1)).toBe(2);
});

it('draws the same numbers for the same seed', () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return [random.next(), random.next(), random.next()];
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

it('reads scopes, variables and modules from the manifest', () => {
  const manifest = new Manifest(new URL('manifest.yml', import.meta.url).pathname, {
    RENDERER_URL: 'https://r.example',
  });
  expect(manifest.scopes).toHaveLength(3);
  expect(manifest.offlineScopes).toEqual(['read:page:confluence']);
  expect(manifest.remote('renderer')?.baseUrl).toBe('https://r.example');
  expect(() => new Manifest(new URL('manifest.yml', import.meta.url).pathname)).toThrow('RENDERER_URL');
});
