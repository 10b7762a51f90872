/**
 * The script that stands in for TikTok's events.js in the page: takes the array queue over, keeps `_ttp`, sends to the sandbox.
 * What the consent calls do is the community's reading, TikTok's own page on it was not to be had.
 */
(function tiktokInThePage() {
  const own = document.currentScript;
  if (!(own instanceof HTMLScriptElement)) return;
  const address = new URL(own.src);
  const endpoint = new URL('../../api/v2/pixel', address).href;
  const page = window;
  const globalName = typeof page.TiktokAnalyticsObject === 'string' ? page.TiktokAnalyticsObject : 'ttq';
  const queue = page[globalName] ?? (page[globalName] = []);
  const asked = address.searchParams.get('sdkid');
  if (queue._adopt) {
    // A second pixel's snippet brought the script again.
    queue._adopt(asked);
    return;
  }

  const registry = queue._i ?? (queue._i = {});
  const options = queue._o ?? (queue._o = {});
  const loaded = [];
  const waiting = [];
  let consent = 'granted';
  let cookies = true;
  let person = {};
  let pendingHash = Promise.resolve();

  const lettersOf = (length) => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
    return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => alphabet[byte % 62]).join('');
  };
  const cookie = (name) =>
    document.cookie
      .split('; ')
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  const thirteenMonths = 60 * 60 * 24 * 390;
  const ninetyDays = 60 * 60 * 24 * 90;
  /** Start of the session, a name, how many there were, the last event: as it is seen in browsers. */
  const rememberSession = (code) => {
    const kept = cookie(`ttcsid_${code}`)?.split('.');
    const first = kept?.[0] ?? `${Date.now()}::${lettersOf(20)}`;
    document.cookie = `ttcsid_${code}=${first}.1.${Date.now()}.0; path=/; max-age=${ninetyDays}; samesite=lax`;
  };
  const visitor = () => {
    const known = cookie('_ttp');
    if (!cookies || consent !== 'granted') return known;
    const ttp = known ?? `01K${lettersOf(23).toUpperCase()}_.tt.1`;
    document.cookie = `_ttp=${ttp}; path=/; max-age=${thirteenMonths}; samesite=lax`;
    for (const code of loaded) rememberSession(code);
    document.cookie = `_tt_enable_cookie=1; path=/; max-age=${thirteenMonths}; samesite=lax`;
    return ttp;
  };
  const click = () => {
    const fromUrl = new URLSearchParams(location.search).get('ttclid');
    try {
      if (fromUrl) sessionStorage.setItem('tt_click', fromUrl);
      return fromUrl ?? sessionStorage.getItem('tt_click') ?? undefined;
    } catch {
      return fromUrl ?? undefined;
    }
  };
  const hash = async (value) => {
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(value));
    return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
  };

  const send = (code, event, properties, given) => {
    if (consent === 'revoked') return;
    const body = {
      event,
      event_id: given?.event_id,
      message_id: `messageId-${Date.now()}-${lettersOf(12)}`,
      timestamp: new Date().toISOString(),
      properties: properties ?? {},
      limited_data_use: (given?.limited_data_use ?? options[code]?.limited_data_use) === true,
      context: {
        ad: { callback: click() },
        library: { name: 'pixel.js', version: 'sandbox' },
        page: { url: location.href, referrer: document.referrer },
        pixel: { code },
        user: { ttp: visitor() },
      },
    };
    void pendingHash.then(() => {
      Object.assign(body.context.user, person);
      return fetch(endpoint, {
        method: 'POST',
        body: JSON.stringify(body),
        keepalive: true,
        credentials: 'omit',
      }).catch(() => undefined);
    });
  };
  const whenAllowed = (task) => {
    if (consent === 'held') waiting.push(task);
    else task();
  };

  const identify = (said) => {
    if (typeof said !== 'object' || said === null) return;
    const plain = [
      ['email', 'sha256_email'],
      ['phone_number', 'sha256_phone_number'],
      ['external_id', 'external_id'],
    ];
    for (const [field, target] of plain) {
      const raw = said[field];
      if (typeof raw !== 'string' || raw.trim() === '') continue;
      const value = field === 'email' ? raw.trim().toLowerCase() : raw.trim();
      if (/^[0-9a-f]{64}$/i.test(value)) person[target] = value;
      else if (crypto.subtle) {
        pendingHash = pendingHash.then(async () => {
          person[target] = await hash(value);
        });
      }
    }
    for (const field of ['sha256_email', 'sha256_phone_number']) {
      const value = said[field];
      if (typeof value === 'string' && value !== '') person[field] = value;
    }
  };

  // Methods that are not named here (on, once, off, debug, alias, group) are taken and do nothing.
  /** `only` is one pixel's code for `ttq.instance(code)`; without it every loaded pixel is meant. */
  const call = (only, method, args) => {
    const meant = () => (only === undefined ? loaded : [only]);
    switch (method) {
      case 'track':
        whenAllowed(() => {
          for (const code of meant()) send(code, String(args[0]), args[1], args[2]);
        });
        break;
      case 'page':
        whenAllowed(() => {
          for (const code of meant()) send(code, 'Pageview', {}, undefined);
        });
        break;
      case 'identify':
        identify(args[0]);
        break;
      case 'holdConsent':
        consent = 'held';
        break;
      case 'grantConsent':
        consent = 'granted';
        visitor();
        for (const task of waiting.splice(0)) task();
        break;
      case 'revokeConsent':
        consent = 'revoked';
        waiting.length = 0;
        person = {};
        break;
      case 'enableCookie':
        cookies = true;
        break;
      case 'disableCookie':
        cookies = false;
        break;
      case 'ready':
        if (typeof args[0] === 'function') args[0]();
        break;
    }
  };

  const methods = (
    queue.methods ??
    'page track identify instances debug on off once ready alias group enableCookie disableCookie holdConsent revokeConsent grantConsent'.split(
      ' ',
    )
  ).filter((method) => method !== 'instances' && method !== 'instance');

  const takeOver = (target, only) => {
    if (target._real) return;
    target._real = true;
    for (const method of methods) {
      target[method] = (...args) => {
        call(only, method, args);
        return target;
      };
    }
    const left = target.splice(0);
    target.push = (...items) => {
      for (const [method, ...args] of items) call(only, String(method), args);
      return 0;
    };
    for (const [method, ...args] of left) call(only, String(method), args);
  };

  const instanceOf = (code) => {
    if (registry[code]) return registry[code];
    // Not loaded yet: calls wait in the array until it is.
    const instance = (registry[code] = []);
    for (const method of methods) instance[method] = (...args) => instance.push([method, ...args]);
    return instance;
  };
  const load = (code, given) => {
    if (given) options[code] = given;
    if (!loaded.includes(code)) loaded.push(code);
    takeOver(instanceOf(code), code);
  };
  queue.load = load;
  queue.instance = instanceOf;
  queue.instances = () => loaded.map(instanceOf);
  queue._adopt = (code) => {
    for (const known of new Set([...Object.keys(registry), ...(code ? [code] : [])])) load(known);
  };

  // A held or revoked consent that waits in the queue is meant for what waits beside it.
  const choice = queue.findLast((item) => /^(hold|grant|revoke)Consent$/.test(item[0]));
  if (choice?.[0] === 'holdConsent') consent = 'held';
  if (choice?.[0] === 'revokeConsent') consent = 'revoked';
  queue._adopt(asked);
  takeOver(queue, undefined);
  if (consent === 'granted') visitor();
})();
