/** Confluence's colours: the host marks the document as light or dark, and Atlaskit's tokens follow. */

import { setGlobalTheme } from '@atlaskit/tokens/set-global-theme';

/** Lets the host set its marks by `enable`, loads the colours for them, and again whenever they change. */
export async function followTheme(enable: () => Promise<void>): Promise<void> {
  const root = document.documentElement;
  const loaded = new Set<string>();
  const apply = async (): Promise<void> => {
    const mode = modeOf(root.getAttribute('data-color-mode'));
    if (loaded.has(mode)) return;
    loaded.add(mode);
    await setGlobalTheme({ colorMode: mode });
  };
  await enable().catch(() => undefined);
  new MutationObserver(() => void apply()).observe(root, { attributeFilter: ['data-color-mode'] });
  await apply();
}

function modeOf(attribute: string | null): 'light' | 'dark' | 'auto' {
  return attribute === 'light' || attribute === 'dark' ? attribute : 'auto';
}
