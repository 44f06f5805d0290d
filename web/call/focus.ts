/** Where the keyboard is when the thing that had it is taken away by what it did. */

const CONTROLS = "button, input, select, textarea, a[href], summary, [tabindex]";

/**
 * Changes what is inside `root`. If that takes the focused element away, the focus goes to whatever asks for it
 * (`data-takes-focus`, an element that can be focused), else to the button that opened what is closed now (its `data-act`
 * is the value of that attribute), else to what came in its place, else to the heading: never to the page's body, where a
 * keyboard and a reader begin anew.
 */
export function keepFocus(root: HTMLElement, change: () => void): void {
  const focused = document.activeElement;
  if (focused === null || focused === root || !root.contains(focused)) {
    change();
    return;
  }
  const places = placesOf(focused, root);
  const within = focused.closest<HTMLElement>("[data-takes-focus]")?.dataset.takesFocus;
  change();
  if (focused.isConnected) return;
  const left = places.find(({ parent }) => parent.isConnected);
  const found =
    root.querySelector<HTMLElement>("[data-takes-focus]") ??
    (within === undefined ? null : root.querySelector<HTMLElement>(`[data-act="${within}"]`)) ??
    (left ? controlNear(left) : null) ??
    root.querySelector<HTMLElement>("h1");
  found?.focus({ preventScroll: true });
}

interface Place {
  parent: Element;
  index: number;
}

/** Where an element stands, and where those stand that it is in, up to `root`. */
function placesOf(element: Element, root: HTMLElement): Place[] {
  const { parentElement: parent } = element;
  if (parent === null) return [];
  const place = { parent, index: [...parent.children].indexOf(element) };
  return parent === root ? [place] : [place, ...placesOf(parent, root)];
}

/** What can be focused at a place, or first after it, or last before it. */
function controlNear({ parent, index }: Place): HTMLElement | null {
  const children = [...parent.children];
  const near = [...children.slice(index), ...children.slice(0, index).reverse()];
  return near.map(firstControl).find((control) => control !== null) ?? null;
}

function firstControl(element: Element): HTMLElement | null {
  const all = [element, ...element.querySelectorAll(CONTROLS)].filter((one) => one.matches(CONTROLS));
  return (all.find((one) => !one.matches(":disabled")) as HTMLElement | undefined) ?? null;
}
