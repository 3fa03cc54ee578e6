import { defineConfig } from 'vitest/config';

/** `*.slow.test.ts` starts other programs: a database, a Confluence, the rendering service, a browser. */
export default defineConfig({
  test: {
    include: ['{forge,web}/tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
