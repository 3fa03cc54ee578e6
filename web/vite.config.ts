import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/**
 * Atlaskit asks a client of Atlassian's switchboard for unfinished features. It is large, belongs to a service that
 * collects statistics, and is never connected here. In its place is one that says no.
 */
const noFeatureGates: Plugin = {
  name: 'no-feature-gates',
  enforce: 'pre',
  resolveId: id =>
    /^@atlaskit\/feature-gate-js-client(\/feature-gates)?$/.test(id) ? '\0no-feature-gates' : undefined,
  load: id =>
    id === '\0no-feature-gates'
      ? `const no = () => false;
         export default {
           checkGate: no,
           initializeCompleted: no,
           hasCheckGateErrorOccurred: no,
           hasGetExperimentValueErrorOccurred: no,
           getExperimentValue: (name, parameter, usual) => usual,
         };`
      : undefined,
};

/**
 * Builds into the folder that the manifest names as resource. Confluence serves it in a sandboxed frame under a path of
 * its own and a policy of `script-src 'self'`: addresses are relative, and no script is inline.
 */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [noFeatureGates, react()],
  // Atlaskit's builds for current browsers are smaller than those for old ones.
  resolve: { mainFields: ['module:es2019', 'browser', 'module', 'jsnext:main', 'jsnext'] },
  define: { 'process.env': '{}' },
  // Atlaskit's icons are CommonJS whose component is `exports.default`.
  legacy: { inconsistentCjsInterop: true },
  build: {
    outDir: '../forge/static/main',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
