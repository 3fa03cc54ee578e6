// Runs the linter of `forge lint` over ./manifest.yml and ./src, without signing in. The folder with Atlassian's
// descriptions of the Confluence API (confluence-v1.openapi.json, confluence-v2.openapi.json) is the argument.
const { mkdtempSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, relative } = require('node:path');

const descriptions = process.argv[2];
const scratch = mkdtempSync(join(tmpdir(), 'xpress-lint-'));
const none = join(scratch, 'none.json');
writeFileSync(none, '{"paths":{}}');
Object.assign(process.env, {
  USE_LOCAL_SWAGGER: 'true',
  LOCAL_CONF_SWAGGER: join(descriptions, 'confluence-v1.openapi.json'),
  LOCAL_CONF_V2_SWAGGER: join(descriptions, 'confluence-v2.openapi.json'),
  LOCAL_JIRA_SWAGGER: none,
  LOCAL_JSM_SWAGGER: none,
  LOCAL_JSW_SWAGGER: none,
  LOCAL_BB_SWAGGER: none,
});

const { lint, problemCount } = require('@forge/lint');
const { ConfigFile, FileSystemReader } = require('@forge/cli-shared');

const silent = () => {};
const logger = { info: silent, warn: console.log, error: console.log, debug: silent, trace: silent };

(async () => {
  const manifest = await new ConfigFile(new FileSystemReader()).readConfig();
  const files = readdirSync('src', { recursive: true })
    .filter(name => name.endsWith('.ts'))
    .map(name => join(process.cwd(), 'src', name));
  const results = await lint(
    files,
    manifest,
    'development',
    logger,
    { getDeprecatedRuntimes: async () => [] },
    { linter: { mode: 'client-side' } },
  );
  for (const result of results) {
    for (const kind of ['errors', 'warnings']) {
      for (const found of result[kind]) {
        console.log(kind, relative('.', result.file || ''), `${found.line}:${found.column}`, found.message);
      }
    }
  }
  process.exitCode = problemCount(results).errors + problemCount(results).warnings ? 1 : 0;
})()
  .catch(error => {
    console.log(error);
    process.exitCode = 1;
  })
  .finally(() => rmSync(scratch, { recursive: true }));
