/** The page around the app: opens modules, answers the commands of the bridge that are about the page. */

const root = document.documentElement;
const flags = document.querySelector('#flags');
const frames = new Map();

function frameOf(source) {
  return [...document.querySelectorAll('iframe')].find(frame => frame.contentWindow === source);
}

function tellTheme(frame) {
  frame.contentWindow?.postMessage({ kind: 'theme', theme: root.dataset.colorMode }, frame.dataset.origin);
}

function setTheme(theme) {
  root.dataset.colorMode = theme;
  const url = new URL(location.href);
  url.searchParams.set('theme', theme);
  history.replaceState(null, '', url);
  for (const frame of document.querySelectorAll('iframe')) {
    tellTheme(frame);
  }
}

/** Opens what a template holds: a modal, or a popup. */
function open(key) {
  const template = document.querySelector(`template[data-module="${CSS.escape(key)}"]`);
  if (!template) {
    return;
  }
  const dialog = template.content.firstElementChild.cloneNode(true);
  document.body.append(dialog);
  frames.set(dialog.querySelector('iframe'), dialog);
  dialog.addEventListener('cancel', event => {
    event.preventDefault();
    close(dialog);
  });
  dialog.addEventListener('click', event => {
    if (event.target === dialog) {
      close(dialog);
    }
  });
  dialog.showModal();
}

function close(dialog) {
  const frame = dialog.querySelector('iframe');
  frame.contentWindow?.postMessage({ kind: 'closed' }, frame.dataset.origin);
  frames.delete(frame);
  dialog.close();
  dialog.remove();
}

function showFlag({ id, title, description, type, isAutoDismiss }) {
  closeFlag(id);
  const flag = document.createElement('div');
  flag.className = `flag ${type}`;
  flag.dataset.id = id;
  flag.setAttribute('role', 'alert');
  const heading = document.createElement('strong');
  heading.textContent = title ?? '';
  const text = document.createElement('p');
  text.textContent = description ?? '';
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = '×';
  button.setAttribute('aria-label', 'Dismiss');
  button.addEventListener('click', () => flag.remove());
  flag.append(heading, button, text);
  flags.append(flag);
  if (isAutoDismiss) {
    setTimeout(() => flag.remove(), 8000);
  }
  return true;
}

function closeFlag(id) {
  for (const flag of flags.querySelectorAll('.flag')) {
    if (flag.dataset.id === id) {
      flag.remove();
    }
  }
  return true;
}

/** An address of this place for one of the site. */
function addressOf(target) {
  const here = new URLSearchParams(location.search);
  const url = new URL(target.url ?? targetPath(target), location.href);
  for (const name of ['user', 'locale', 'theme']) {
    const value = here.get(name);
    if (value && url.origin === location.origin) {
      url.searchParams.set(name, value);
    }
  }
  return url;
}

function targetPath({ target, contentId, spaceKey, moduleKey }) {
  switch (target) {
    case 'contentView':
      return `/wiki/spaces/-/pages/${contentId}`;
    case 'spaceView':
      return `/wiki/spaces/${spaceKey}`;
    case 'module':
      return `/open?module=${moduleKey}${spaceKey ? `&space=${spaceKey}` : ''}`;
    default:
      return '/';
  }
}

function navigate(args) {
  const url = addressOf(args);
  if (args.type === 'new-tab') {
    window.open(url, '_blank', 'noopener');
  } else {
    location.assign(url);
  }
  return true;
}

function answer(frame, command, args) {
  switch (command) {
    case 'close': {
      const dialog = frames.get(frame);
      if (dialog) {
        close(dialog);
      }
      return Boolean(dialog);
    }
    case 'changeWindowTitle':
      document.title = String(args);
      return true;
    case 'showFlag':
      return showFlag(args);
    case 'closeFlag':
      return closeFlag(args.id);
    case 'navigate':
      return navigate(args);
    case 'getUrl':
      return addressOf(args).href;
    case 'reload':
    case 'refresh':
      location.reload();
      return true;
    default:
      return false;
  }
}

window.addEventListener('message', event => {
  const frame = frameOf(event.source);
  if (!frame || event.origin !== frame.dataset.origin) {
    return;
  }
  const { kind, id, command, args, height } = event.data;
  if (kind === 'ready') {
    tellTheme(frame);
  } else if (kind === 'height' && !frames.has(frame)) {
    frame.style.height = `${height}px`;
  } else if (kind === 'command') {
    const value = answer(frame, command, args);
    event.source.postMessage({ kind: 'answer', id, value }, event.origin);
  }
});

document.addEventListener('click', event => {
  const opener = event.target.closest('[data-open]');
  if (opener) {
    open(opener.dataset.open);
  }
});

for (const select of document.querySelectorAll('select[data-parameter]')) {
  select.addEventListener('change', () => {
    const url = new URL(location.href);
    url.searchParams.set(select.dataset.parameter, select.value);
    location.assign(url);
  });
}

document.querySelector('#theme')?.addEventListener('click', () => {
  setTheme(root.dataset.colorMode === 'dark' ? 'light' : 'dark');
});

if (root.dataset.opens) {
  open(root.dataset.opens);
}
