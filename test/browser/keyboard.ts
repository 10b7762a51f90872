/** Walks a page by the Tab key alone and tells what cannot be reached, or does not show that it has the focus. */
import type { Frame, Page } from 'playwright-core';

/** One line for each control that a keyboard cannot use; empty when there are none. */
export async function outOfReach(tab: Page, frame: Frame): Promise<string[]> {
  const count = await frame.evaluate(() => {
    const sheet = document.createElement('style');
    sheet.textContent = '*, ::before, ::after { transition: none !important; animation: none !important }';
    document.body.append(sheet);
    const walk = { looks: new Map<Element, string>(), met: new Map<Element, boolean>() };
    Object.assign(window, { keyboardWalk: walk });

    /** How an element and those around it that may show its focus look. */
    function look(element: Element): string {
      const around = [
        element,
        ...element.querySelectorAll('*'),
        ...(element.parentElement?.children ?? []),
        ...(element.parentElement === null ? [] : [element.parentElement]),
      ].slice(0, 16);
      const of = (one: Element, part?: string): string => {
        const style = getComputedStyle(one, part);
        return [
          style.outlineStyle === 'none' ? '' : `${style.outlineWidth} ${style.outlineColor}`,
          style.boxShadow,
          style.borderColor,
          style.backgroundColor,
          style.textDecorationLine,
        ].join();
      };
      return around.map((one) => of(one) + of(one, '::before') + of(one, '::after')).join('|');
    }

    const radios = new Set<string>();
    const controls = [
      ...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, [tabindex]'),
    ].filter((one) => {
      if (one.tabIndex < 0 || one.matches(':disabled, [inert] *')) return false;
      if (!one.checkVisibility({ visibilityProperty: true })) return false;
      // What the admin draws in its own bars.
      if (one.closest('ui-nav-menu, ui-save-bar, ui-title-bar, ui-modal') !== null) return false;
      // One stop for a group: the arrows go on from there.
      if (one instanceof HTMLInputElement && one.type === 'radio') {
        const group = document.getElementsByName(one.name);
        const chosen = [...group].some((other) => other instanceof HTMLInputElement && other.checked);
        if (chosen ? !one.checked : radios.has(one.name)) return false;
        radios.add(one.name);
      }
      return true;
    });
    for (const control of controls) walk.looks.set(control, look(control));
    const note = () => {
      const focused = document.activeElement;
      const before = focused && walk.looks.get(focused);
      if (focused && before !== undefined && walk.met.get(focused) !== true)
        walk.met.set(focused, look(focused) !== before);
    };
    document.addEventListener('focusin', note);
    // Polaris' banners show their focus once the key is up.
    document.addEventListener('keyup', note);
    const start = document.createElement('span');
    start.tabIndex = -1;
    document.body.prepend(start);
    start.focus();
    return controls.length;
  });
  // A scrollable part is a stop of its own that nobody had to make.
  for (let step = 0; step < count + 8; step += 1) await tab.keyboard.press('Tab');
  return frame.evaluate(() => {
    const { looks, met } = (
      window as unknown as {
        keyboardWalk: { looks: Map<Element, string>; met: Map<Element, boolean> };
      }
    ).keyboardWalk;
    return [...looks.keys()].flatMap((control) => {
      if (!control.isConnected) return [];
      const shown = control.outerHTML.replaceAll(/\s+/g, ' ').slice(0, 160);
      const seen = met.get(control);
      if (seen === undefined) return [`never reached: ${shown}`];
      return seen ? [] : [`focus not shown: ${shown}`];
    });
  });
}
