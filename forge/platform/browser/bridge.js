/** What Forge puts before an app's own scripts in its frame: `__bridge`. Commands go to the server, or to the page around. */

(() => {
  const script = document.currentScript;
  const address = new URL('_bridge', script.src);
  const host = script.dataset.host;
  const waiting = new Map();
  const listeners = new Map();
  let number = 0;
  let closing = () => {};
  let themed = false;

  /** What the page around answers. */
  const PAGE = new Set([
    'changeWindowTitle',
    'close',
    'closeFlag',
    'getUrl',
    'navigate',
    'openModal',
    'refresh',
    'reload',
    'showFlag',
    'submit',
  ]);

  window.addEventListener('message', event => {
    if (event.origin !== host || event.source !== window.parent || typeof event.data !== 'object') {
      return;
    }
    const { kind, id, value, theme } = event.data;
    if (kind === 'answer') {
      waiting.get(id)?.(value);
      waiting.delete(id);
    } else if (kind === 'theme') {
      document.documentElement.dataset.wantedTheme = theme;
      if (themed) {
        applyTheme(theme);
      }
    } else if (kind === 'closed') {
      closing();
    }
  });

  function askPage(command, args) {
    number += 1;
    const id = number;
    const answered = new Promise(resolve => waiting.set(id, resolve));
    // Functions stay here.
    window.parent.postMessage({ kind: 'command', id, command, args: JSON.parse(JSON.stringify(args ?? null)) }, host);
    return answered;
  }

  async function askServer(command, args) {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ command, args }),
    });
    const answer = await response.json();
    if ('error' in answer) {
      throw new Error(answer.error);
    }
    return answer.value;
  }

  function applyTheme(theme) {
    const root = document.documentElement;
    root.dataset.colorMode = theme;
    root.dataset.theme = 'dark:dark light:light spacing:spacing shape:shape typography:typography';
  }

  async function enableTheming() {
    if (!themed) {
      themed = true;
      const sheet = document.createElement('link');
      sheet.rel = 'stylesheet';
      sheet.href = new URL('_theme.css', script.src).href;
      document.head.append(sheet);
    }
    applyTheme(document.documentElement.dataset.wantedTheme ?? script.dataset.theme);
  }

  function createHistory() {
    const told = new Set();
    const entries = [{ pathname: '/', search: '', hash: '', key: 'first' }];
    let at = 0;
    const tell = action => {
      for (const listener of told) {
        listener(entries[at], action);
      }
    };
    const parsed = path => {
      const url = new URL(path, 'http://frame');
      return { pathname: url.pathname, search: url.search, hash: url.hash, key: String(Math.random()) };
    };
    return {
      get action() {
        return 'PUSH';
      },
      location: entries[0],
      push(path) {
        entries.splice(at + 1, entries.length, parsed(path));
        at += 1;
        tell('PUSH');
      },
      replace(path) {
        entries[at] = parsed(path);
        tell('REPLACE');
      },
      go(steps) {
        at = Math.min(entries.length - 1, Math.max(0, at + steps));
        tell('POP');
      },
      goBack() {
        this.go(-1);
      },
      goForward() {
        this.go(1);
      },
      listen(listener) {
        told.add(listener);
        return () => told.delete(listener);
      },
    };
  }

  function on({ event, callback }) {
    const known = listeners.get(event) ?? new Set();
    known.add(callback);
    listeners.set(event, known);
    return { unsubscribe: () => known.delete(callback) };
  }

  async function callBridge(command, args) {
    switch (command) {
      case 'enableTheming':
        return enableTheming();
      case 'createHistory':
        return createHistory();
      case 'onClose':
        closing = args ?? closing;
        return true;
      case 'on':
      case 'onPublic':
        return on(args);
      case 'emit':
      case 'emitPublic':
        for (const listener of listeners.get(args.event) ?? []) {
          listener(args.payload);
        }
        return undefined;
      case 'getFrameId':
        return script.src;
      default:
        return PAGE.has(command) ? askPage(command, args) : askServer(command, args);
    }
  }

  // Frames that aren't modals are as high as what they hold.
  const tellHeight = () => {
    const height = document.body ? document.body.scrollHeight : 0;
    window.parent.postMessage({ kind: 'height', height }, host);
  };
  window.addEventListener('DOMContentLoaded', () => new ResizeObserver(tellHeight).observe(document.body));
  window.parent.postMessage({ kind: 'ready' }, host);
  globalThis.__bridge = { callBridge };
})();
