/** The addresses of the sandbox's admin: its pages, their forms, and what App Bridge asks the admin for. */

import {
  html,
  HttpProblem,
  json,
  redirect,
  script,
  text,
  type Router,
  type SandboxRequest,
} from '../../http.ts';
import type { SandboxShop, SandboxStaff, World } from '../../world.ts';
import { readDeployedApp } from '../app-files.ts';
import { browserCode } from '../browser-code.ts';
import type { ScopesDetail } from '../browser/protocol.ts';
import {
  grantScopes,
  installApp,
  requestCustomerData,
  requestErasure,
  uninstallApp,
} from '../installation.ts';
import { requireHandle, requireShop } from '../shop-address.ts';
import { sendTestNotification } from '../webhooks.ts';
import { appFramePage, installPage, sessionTokenFor } from './app-frame.ts';
import { adminStyles } from './layout.ts';
import { orderActions } from './order-actions.ts';
import { appsPage, homePage, ordersPage, settingsPage, themeEditorPage } from './store.ts';

const accessWords = { owner: 'account_owner', staff: 'full_access', collaborator: 'limited_access' };

function staffOf(shop: SandboxShop, request: SandboxRequest): SandboxStaff {
  const chosen = request.query.get('staff') ?? request.cookies[`admin_staff_${shop.handle}`];
  const staff = shop.staff.find(({ id, role }) => id === chosen || role === chosen) ?? shop.staff[0];
  if (!staff) throw new HttpProblem(500, 'The store has no staff');
  return staff;
}

function scopesDetail(shop: SandboxShop): ScopesDetail {
  const { scopes, optionalScopes } = readDeployedApp();
  return { granted: shop.install.grantedScopes, required: scopes, optional: optionalScopes };
}

/** What `shopify.app.extensions()` tells: the web pixel, and whether the embed is on in the live theme. */
function extensionsOf(shop: SandboxShop): unknown[] {
  const { embed } = readDeployedApp();
  if (!embed) return [];
  const theme = shop.themes.find(({ role }) => role === 'MAIN');
  return [
    {
      handle: embed.extensionHandle,
      type: 'theme_app_extension',
      activations: [
        {
          target: 'head',
          handle: embed.block,
          name: embed.name,
          status: shop.embedEnabled ? 'active' : 'available',
          activations:
            shop.embedEnabled && theme
              ? [{ target: 'head', themeId: `gid://shopify/Theme/${theme.id}` }]
              : [],
        },
      ],
    },
  ];
}

async function scopesAsked(request: SandboxRequest): Promise<{ action: string; scopes: string[] }> {
  const body = await request.json();
  if (typeof body !== 'object' || body === null || !('action' in body))
    throw new HttpProblem(400, 'No action');
  const scopes = 'scopes' in body && Array.isArray(body.scopes) ? body.scopes.map(String) : [];
  return { action: String(body.action), scopes };
}

export function mountPages(router: Router, world: World): void {
  const home = () => redirect(`/admin/store/${[...world.shops.keys()][0] ?? ''}`);
  router.get('/admin', home);
  router.get('/admin/admin.css', () => text(adminStyles, 200, { 'content-type': 'text/css; charset=utf-8' }));
  router.get('/admin/shell.js', async () => script(await browserCode('shell')));
  router.get('/app-bridge.js', async () =>
    script(await browserCode('app-bridge'), { 'access-control-allow-origin': '*' }),
  );

  const store = '/admin/store/:handle';
  const view =
    (page: (world: World, shop: SandboxShop, staff: SandboxStaff) => string) => (request: SandboxRequest) => {
      const shop = requireHandle(world, request);
      return html(page(world, shop, staffOf(shop, request)));
    };
  router.get(store, view(homePage));
  router.get(`${store}/orders`, view(ordersPage));
  router.get(`${store}/apps`, view(appsPage));
  router.get(`${store}/settings`, view(settingsPage));

  router.post(`${store}/staff`, async (request) => {
    const shop = requireHandle(world, request);
    const form = await request.form();
    const back = form.get('back') ?? '';
    const target = back.startsWith(`/admin/store/${shop.handle}`) ? back : `/admin/store/${shop.handle}`;
    const staff = shop.staff.find(({ id }) => id === form.get('staff'));
    if (!staff) throw new HttpProblem(400, 'No such person in this store');
    return redirect(target, 303, {
      'set-cookie': `admin_staff_${shop.handle}=${staff.id}; Path=/admin; SameSite=Lax`,
    });
  });

  router.post(`${store}/orders/:order`, async (request) => {
    const shop = requireHandle(world, request);
    const order = shop.orders.find(({ id }) => id === request.params.order);
    const action = orderActions[(await request.form()).get('action') ?? ''];
    if (!order || !action?.fits(order)) throw new HttpProblem(404, 'This cannot be done to this order.');
    action.run(world, shop, order);
    return redirect(`/admin/store/${shop.handle}/orders`, 303);
  });

  router.post(`${store}/apps/tock/install`, (request) => {
    const shop = requireHandle(world, request);
    installApp(world, shop);
    return redirect(`/admin/store/${shop.handle}/apps/tock`, 303);
  });
  router.post(`${store}/apps/tock/uninstall`, (request) => {
    const shop = requireHandle(world, request);
    uninstallApp(world, shop);
    return redirect(`/admin/store/${shop.handle}/apps`, 303);
  });
  router.post(`${store}/apps/tock/scopes`, async (request) => {
    const shop = requireHandle(world, request);
    if (shop.install.installed) grantScopes(world, shop, (await request.form()).getAll('scope'));
    return redirect(`/admin/store/${shop.handle}/apps`, 303);
  });
  const openApp = (request: SandboxRequest) => {
    const shop = requireHandle(world, request);
    const staff = staffOf(shop, request);
    if (!shop.install.installed) return html(installPage(world, shop, staff, readDeployedApp().scopes));
    const query = new URLSearchParams(request.query);
    query.delete('staff');
    return html(appFramePage(world, shop, staff, request.params['*'] ?? '', query));
  };
  router.get(`${store}/apps/tock`, openApp);
  router.get(`${store}/apps/tock/*`, openApp);
  // The address that the app's library sends a merchant to who opened the app outside of the admin.
  router.get(`${store}/apps/:app`, (request) => {
    const shop = requireHandle(world, request);
    if (request.params.app !== world.app.apiKey)
      throw new HttpProblem(404, 'There is no such app in the sandbox.');
    return redirect(`/admin/store/${shop.handle}/apps/tock`);
  });

  router.post(`${store}/settings/protected-data`, async (request) => {
    const shop = requireHandle(world, request);
    const form = await request.form();
    const given = (name: string) => form.get(name) === '1';
    shop.protectedData = {
      customerData: given('customerData'),
      name: given('name'),
      email: given('email'),
      phone: given('phone'),
      address: given('address'),
    };
    world.record('protected-data', shop, { ...shop.protectedData });
    return redirect(`/admin/store/${shop.handle}/settings`, 303);
  });
  router.post(`${store}/settings/test-webhook`, (request) => {
    const shop = requireHandle(world, request);
    sendTestNotification(world, shop, 'orders/create');
    return redirect(`/admin/store/${shop.handle}/settings`, 303);
  });
  router.post(`${store}/settings/privacy`, async (request) => {
    const shop = requireHandle(world, request);
    const form = await request.form();
    const customer = shop.customers.find(({ id }) => id === form.get('customer'));
    if (!customer) throw new HttpProblem(404, 'There is no such customer.');
    if (form.get('action') === 'erase') requestErasure(world, shop, customer, true);
    else requestCustomerData(world, shop, customer);
    return redirect(`/admin/store/${shop.handle}/settings`, 303);
  });

  // The deep link: `https://<shop>/admin/themes/current/editor?context=apps&activateAppId=<client id or uid>/<block>`.
  router.get('/shopify/:domain/admin/themes/:theme/editor', (request) => {
    const shop = requireShop(world, request);
    return redirect(`/admin/store/${shop.handle}/themes/current/editor${request.url.search}`);
  });
  router.get(`${store}/themes/:theme/editor`, (request) => {
    const shop = requireHandle(world, request);
    const { embed } = readDeployedApp();
    const wanted = request.query.get('activateAppId');
    const known = embed ? [world.app.apiKey, embed.uid].map((owner) => `${owner}/${embed.block}`) : [];
    if (wanted !== null && !known.includes(wanted)) {
      throw new HttpProblem(404, `No installed app has the embed "${wanted}". Known: ${known.join(', ')}`);
    }
    return html(
      themeEditorPage(world, shop, staffOf(shop, request), wanted !== null && shop.install.installed),
    );
  });
  router.post(`${store}/themes/:theme/editor`, async (request) => {
    const shop = requireHandle(world, request);
    shop.embedEnabled = shop.install.installed && (await request.form()).get('enabled') === '1';
    world.record('embed', shop, { enabled: shop.embedEnabled });
    return redirect(`/admin/store/${shop.handle}/themes/current/editor`, 303);
  });

  mountBridge(router, world);
}

/** What the framed app asks for through App Bridge; only the admin's own page can ask. */
function mountBridge(router: Router, world: World): void {
  const store = '/admin/store/:handle/bridge';
  const asked = (request: SandboxRequest) => {
    const shop = requireHandle(world, request);
    const origin = request.header('origin');
    if (origin !== undefined && origin !== request.url.origin) {
      throw new HttpProblem(
        403,
        'Only the admin asks here',
        json({ error: 'Only the admin asks here' }, 403),
      );
    }
    if (!shop.install.installed) {
      throw new HttpProblem(403, 'Not installed', json({ error: 'The app is not installed' }, 403));
    }
    return { shop, staff: staffOf(shop, request) };
  };
  router.post(`${store}/session-token`, (request) => {
    const { shop, staff } = asked(request);
    return json({ token: sessionTokenFor(world, shop, staff) });
  });
  router.post(`${store}/user`, (request) => json({ accountAccess: accessWords[asked(request).staff.role] }));
  router.post(`${store}/extensions`, (request) => json({ extensions: extensionsOf(asked(request).shop) }));
  router.post(`${store}/scopes`, async (request) => {
    const { shop } = asked(request);
    const { action, scopes } = await scopesAsked(request);
    const { required, optional } = scopesDetail(shop);
    const refuse = (error: string) => json({ error }, 422);
    if (action === 'grant') {
      if (!scopes.every((scope) => required.includes(scope) || optional.includes(scope))) {
        return refuse('Only declared scopes can be granted');
      }
      grantScopes(world, shop, [...shop.install.grantedScopes, ...scopes]);
    } else if (action === 'revoke') {
      if (!scopes.every((scope) => optional.includes(scope)))
        return refuse('Only optional scopes can be revoked');
      grantScopes(
        world,
        shop,
        shop.install.grantedScopes.filter((scope) => !scopes.includes(scope)),
      );
    }
    return json(scopesDetail(shop));
  });
}
