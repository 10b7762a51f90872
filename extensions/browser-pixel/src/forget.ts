/** Clears what the web pixel kept for a visitor who does not allow it (any more): without consent it is not loaded to do so itself. */
import { CLICK_COOKIE } from '../../storefront-pixel/src/clicks.ts';

/** Every key of ours begins with this. */
const OURS = 'tock:';

export function forgetVisitor(page: Window): void {
  try {
    for (const key of Object.keys(page.localStorage)) {
      if (key.startsWith(OURS)) page.localStorage.removeItem(key);
    }
  } catch {
    // Blocked storage holds nothing of ours.
  }
  if (page.document.cookie.includes(`${CLICK_COOKIE}=`)) {
    page.document.cookie = `${CLICK_COOKIE}=; path=/; max-age=0; samesite=lax; secure`;
  }
}
