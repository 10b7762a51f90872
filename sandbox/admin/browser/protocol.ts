/** What the framed app and the admin around it say to each other. */

/** Asked by the app, answered by the admin. */
export interface BridgeCalls {
  idToken: { asks: null; gets: string };
  user: { asks: null; gets: { accountAccess: string } };
  extensions: { asks: null; gets: unknown[] };
  scopesQuery: { asks: null; gets: ScopesDetail };
  scopesRequest: { asks: string[]; gets: { result: 'granted-all' | 'declined-all'; detail: ScopesDetail } };
  scopesRevoke: { asks: string[]; gets: { detail: ScopesDetail } };
  leave: { asks: null; gets: boolean };
}

export interface ScopesDetail {
  granted: string[];
  required: string[];
  optional: string[];
}

export interface BarButton {
  label: string;
  primary: boolean;
  disabled: boolean;
  critical: boolean;
}

export interface MenuItem {
  label: string;
  href: string;
  home: boolean;
}

/** Told by the app, drawn by the admin. */
export type BridgeNotice =
  | { name: 'place'; path: string; title: string }
  | { name: 'menu'; items: MenuItem[] }
  | { name: 'title'; title: string | null; buttons: BarButton[] }
  | { name: 'saveBar'; visible: boolean; buttons: BarButton[] }
  | { name: 'toast'; id: string; text: string; error: boolean; action: string | null; duration: number }
  | { name: 'hideToast'; id: string }
  | { name: 'loading'; on: boolean };

/** Told by the admin, done by the app. */
export type BridgeCommand =
  | { name: 'navigate'; href: string }
  | { name: 'press'; bar: 'title' | 'saveBar'; index: number }
  | { name: 'toastAction'; id: string }
  | { name: 'toastGone'; id: string };

export type BridgeMessage =
  | { bridge: 'call'; id: number; name: keyof BridgeCalls; asks: unknown }
  | { bridge: 'answer'; id: number; ok: boolean; value: unknown }
  | { bridge: 'notice'; notice: BridgeNotice }
  | { bridge: 'command'; command: BridgeCommand };

export function isBridgeMessage(value: unknown): value is BridgeMessage {
  return typeof value === 'object' && value !== null && 'bridge' in value && typeof value.bridge === 'string';
}
