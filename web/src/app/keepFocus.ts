/**
 * Keeps the focus from falling to nowhere. A button that has done its work may vanish or be disabled, and browsers then
 * begin at the top of the page again. Here the focus goes to what is near to where it was, or back to where it was before.
 */

/** An element as the search sees it. */
export interface Spot<T> {
  parent: T;
  /** The place among the parent's children that it had. */
  index: number;
}

/** How long others have to put the focus somewhere themselves, in milliseconds: dialogs and new views do. */
const PATIENCE = 150;

/** What is in the same of these is near. */
const REGION = 'section, main, dialog, [role="dialog"]';

/** How many elements are remembered that had the focus. */
const REMEMBERED = 8;

/** What can be tabbed to. */
const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex]';

/**
 * The nearest to where something was: in its parent the one at its place, those before it, those after it, and then the
 * same one level higher. `usable` finds something to focus in a child, or nothing.
 */
export function nearest<T, Found>(
  spots: readonly Spot<T>[],
  childrenOf: (parent: T) => readonly T[],
  usable: (child: T) => Found | undefined,
): Found | undefined {
  for (const { parent, index } of spots) {
    const children = childrenOf(parent);
    const before = children.slice(0, index).reverse();
    for (const child of [...children.slice(index, index + 1), ...before, ...children.slice(index + 1)]) {
      const found = usable(child);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Watches over the focus in an element, until the returned function is called. */
export function keepFocus(root: HTMLElement): () => void {
  let last: Element | undefined;
  let spots: Spot<Element>[] = [];
  let before: HTMLElement[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const remember = (event: FocusEvent) => {
    if (!(event.target instanceof Element)) return;
    if (last instanceof HTMLElement && last !== event.target) before = [last, ...before].slice(0, REMEMBERED);
    last = event.target;
    spots = spotsOf(last, root);
  };
  const rescue = () => {
    if (!last || !isNowhere() || isUsable(last)) return;
    const near = (places: Spot<Element>[]) =>
      nearest(
        places.filter(({ parent }) => parent.isConnected),
        parent => [...parent.children],
        firstIn,
      );
    const region = spots.findIndex(({ parent }) => parent.matches(REGION)) + 1;
    (near(spots.slice(0, region)) ?? before.find(isUsable) ?? near(spots.slice(region)))?.focus();
  };
  const look = () => {
    if (!last || !isNowhere() || isUsable(last)) return;
    clearTimeout(timer);
    timer = setTimeout(rescue, PATIENCE);
  };

  const watcher = new MutationObserver(look);
  watcher.observe(root, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['disabled', 'hidden', 'class'],
  });
  root.addEventListener('focusin', remember);
  root.addEventListener('focusout', look);
  return () => {
    clearTimeout(timer);
    watcher.disconnect();
    root.removeEventListener('focusin', remember);
    root.removeEventListener('focusout', look);
  };
}

function spotsOf(element: Element, root: Element): Spot<Element>[] {
  const spots: Spot<Element>[] = [];
  for (let child = element; child !== root && child.parentElement; child = child.parentElement) {
    spots.push({ parent: child.parentElement, index: [...child.parentElement.children].indexOf(child) });
  }
  return spots;
}

function isNowhere(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

function isUsable(element: Element): boolean {
  return element.isConnected && element.getClientRects().length > 0 && !element.matches(':disabled');
}

function firstIn(element: Element): HTMLElement | undefined {
  const all = [element, ...element.querySelectorAll(FOCUSABLE)];
  return all.find(
    (each): each is HTMLElement =>
      each instanceof HTMLElement && each.matches(FOCUSABLE) && each.tabIndex >= 0 && isUsable(each),
  );
}
