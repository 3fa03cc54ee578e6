// Bundles the functions as `forge deploy` does, into a folder that is then removed. Run in the app's folder. Prints what is
// wrong; the exit code is 1 then.
const { rm } = require('node:fs/promises');
const { getNodeBundler } = require('@forge/bundler');
const { ConfigFile, FileSystemReader } = require('@forge/cli-shared');

const silent = () => {};
const logger = { info: silent, warn: console.log, error: console.log, debug: silent, trace: silent };
// What Atlassian adds to each bundle is fetched from Atlassian, and is not ours to check.
const runtime = async () => ({ script: '', version: '0' });
const wrapper = { getNodeRuntimeWrapper: runtime, getNodeRuntimeLoader: runtime };

(async () => {
  const bundler = getNodeBundler(logger, wrapper, new ConfigFile(new FileSystemReader()));
  const { outputDir, metadata } = await bundler.bundle({
    appDirectory: process.cwd(),
    entryPoints: [{ name: 'index', path: 'src/index.ts' }],
  });
  console.log(`bundled: ${metadata.tsFiles} TypeScript files, ${metadata.errors} errors`);
  await rm(outputDir, { recursive: true });
  process.exitCode = metadata.errors ? 1 : 0;
})().catch(error => {
  console.log(error.message);
  process.exitCode = 1;
});
