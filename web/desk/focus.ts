/** Where the keyboard is after the screen changed. */

/**
 * Moves the focus to `selector` unless the person is at work in something that is still there.
 * With `always`, the new screen matters more than what she was doing.
 */
export function focusOn(selector: string, always: boolean): void {
  const active = document.activeElement;
  const isIdle = active === null || active === document.body;
  if (always || isIdle) document.querySelector<HTMLElement>(selector)?.focus();
}
