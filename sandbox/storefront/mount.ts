/** Puts the storefronts on `<shop>.localhost`: pages, cart API, checkout, account, and the ad page that leads to them. */

import {
  escapeHtml,
  json,
  HttpProblem,
  notFound,
  redirect,
  script,
  type Router,
  type SandboxAnswer,
  type SandboxRequest,
} from '../http.ts';
import { orderPayload } from '../orders/payload.ts';
import { browserScript } from '../pixel-manager/browser-scripts.ts';
import { mountPixelManager } from '../pixel-manager/mount.ts';
import type { World } from '../world.ts';
import { mountAds } from './ads.ts';
import {
  addToCart,
  ajaxCart,
  ajaxItem,
  CartProblem,
  setQuantity,
  type AddRequest,
  type CartChange,
} from './cart.ts';
import {
  answerOffer,
  completeCheckout,
  findCheckout,
  isDiscountCode,
  needsShipping,
  paymentMethods,
  shippingMethods,
  startCheckout,
  type Checkout,
} from './checkout.ts';
import {
  checkoutPage,
  checkoutPath,
  expressPage,
  offerPage,
  orderStatusPage,
  summary,
  thankYouPage,
  withSampleBuyer,
} from './checkout-pages.ts';
import { renderPage, styleVersion, themeEntry, type Page } from './frame.ts';
import {
  accountPage,
  cartPage,
  collectionPage,
  homePage,
  loginPage,
  notFoundPage,
  orderStatusPath,
  privacyPage,
  productPage,
  searchPage,
} from './pages.ts';
import { productPicture } from './picture.ts';
import { checkoutData } from './pixel-data.ts';
import { style } from './style.ts';
import {
  cartCookie,
  currencyCookie,
  discountCookie,
  emptyCart,
  keepCookie,
  openVisit,
  regionCookie,
  setCustomer,
  shopOf,
  storefrontMemory,
  type Visit,
} from './visit.ts';

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Carts take JSON, and forms from themes without scripts. */
async function readFields(request: SandboxRequest): Promise<Fields> {
  if (request.header('content-type')?.includes('json')) {
    const value = await request.json(100_000);
    if (!isFields(value)) throw new HttpProblem(422, 'Expected an object');
    return value;
  }
  const fields: Fields = {};
  for (const [name, value] of await request.form(100_000)) {
    const attribute = /^attributes\[(.+)\]$/.exec(name)?.[1];
    if (attribute === undefined) fields[name] = value;
    else
      fields.attributes = { ...(isFields(fields.attributes) ? fields.attributes : {}), [attribute]: value };
  }
  return fields;
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

const countryNames = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

function countryName(code: string): string {
  const name = /^[A-Z]{2}$/.test(code) ? countryNames.of(code) : undefined;
  if (name === undefined) throw new CartProblem('Enter a country as two letters');
  return name;
}

function refuse(message: string, status = 422): SandboxAnswer {
  return json({ status, message: 'Cart Error', description: message }, status);
}

function addRequest(fields: Fields): AddRequest {
  const properties = isFields(fields.properties) ? fields.properties : {};
  return {
    id: textOf(fields, 'id'),
    quantity: Number(textOf(fields, 'quantity') || 1),
    properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, String(value)])),
    sellingPlanId: textOf(fields, 'selling_plan') || null,
  };
}

export function mountStorefront(router: Router, world: World): void {
  world.ports.orderPayload = orderPayload;
  mountPixelManager(router, world);
  mountAds(router, world);
  const shopRoutes = router.storefront;

  function visitOf(request: SandboxRequest, page: boolean): Visit {
    const visit = openVisit(world, request, { page });
    if (!visit) throw new HttpProblem(404, 'There is no such shop');
    return visit;
  }

  const withCookies = (visit: Visit, answer: SandboxAnswer): SandboxAnswer =>
    visit.setCookies.length > 0
      ? { ...answer, headers: { ...answer.headers, 'set-cookie': visit.setCookies } }
      : answer;
  const goTo = (visit: Visit, path: string) => withCookies(visit, redirect(path, 303));

  /** `?region=` and `?currency=` are kept in cookies and leave the address, which is otherwise left as it was. */
  function switched(request: SandboxRequest): SandboxAnswer | null {
    const cookies = [
      ['region', regionCookie],
      ['currency', currencyCookie],
    ] as const;
    const asked = cookies.filter(([name]) => request.query.has(name));
    if (asked.length === 0) return null;
    const address = new URL(request.url);
    for (const [name] of cookies) address.searchParams.delete(name);
    return redirect(address.pathname + address.search, 302, {
      'set-cookie': asked.map(([name, cookie]) => keepCookie(cookie, request.query.get(name) ?? '')),
    });
  }

  function page(pattern: string, make: (visit: Visit, request: SandboxRequest) => Page | string | null) {
    shopRoutes.get(pattern, (request) => {
      const elsewhere = shopOf(world, request.shopHandle) ? switched(request) : null;
      if (elsewhere) return elsewhere;
      const visit = visitOf(request, true);
      const made = make(visit, request);
      if (typeof made === 'string') return goTo(visit, made);
      return renderPage(world, visit, made ?? notFoundPage(visit));
    });
  }

  /* The theme's pages */
  page('/', (visit) => homePage(visit));
  page('/collections/:handle', (visit, { params }) => collectionPage(visit, params.handle ?? ''));
  page('/products/:handle', (visit, { params, query }) =>
    productPage(visit, params.handle ?? '', query.get('variant')),
  );
  page('/collections/:collection/products/:handle', (visit, { params, query }) =>
    productPage(visit, params.handle ?? '', query.get('variant')),
  );
  page('/search', (visit, { query }) => searchPage(visit, query.get('q') ?? ''));
  page('/cart', (visit) => cartPage(visit));
  page('/pages/privacy-choices', (visit) => privacyPage(visit));
  page('/account/login', (visit) => loginPage(visit));
  page('/account', (visit) => (visit.customer ? accountPage(world, visit) : '/account/login'));
  shopRoutes.post('/account/login', async (request) => {
    const visit = visitOf(request, false);
    const { customer } = Object.fromEntries(await request.form(10_000));
    if (!visit.shop.customers.some(({ id }) => id === customer)) return goTo(visit, '/account/login');
    setCustomer(world, visit, customer ?? null);
    return goTo(visit, '/account');
  });
  shopRoutes.post('/account/logout', (request) => {
    const visit = visitOf(request, false);
    setCustomer(world, visit, null);
    return goTo(visit, '/');
  });

  /** Discount links carry the page to go to in their own address, encoded, ad parameters and all. */
  shopRoutes.get('/discount/:code', (request) => {
    const visit = visitOf(request, true);
    const code = request.params.code ?? '';
    if (isDiscountCode(visit.shop, code)) visit.setCookies.push(keepCookie(discountCookie, code));
    const asked = request.query.get('redirect') ?? '/';
    return goTo(visit, asked.startsWith('/') && !asked.startsWith('//') ? asked : '/');
  });

  /* The cart API */
  function cartAnswer(visit: Visit, change?: CartChange): SandboxAnswer {
    return withCookies(
      visit,
      json(ajaxCart(visit.shop, visit.origin, visit.currency, visit.cart, change), 200, {
        'cache-control': 'no-store',
      }),
    );
  }

  for (const path of ['/cart.js', '/cart.json'])
    shopRoutes.get(path, (request) => cartAnswer(visitOf(request, false)));

  function cartRequest(
    name: 'add' | 'change' | 'update' | 'clear',
    change: (visit: Visit, fields: Fields) => CartChange,
  ) {
    for (const path of [`/cart/${name}.js`, `/cart/${name}`]) {
      shopRoutes.post(path, async (request) => {
        const visit = visitOf(request, false);
        try {
          const made = change(visit, await readFields(request));
          if (!path.endsWith('.js') && !request.header('accept')?.includes('json'))
            return goTo(visit, '/cart');
          if (name !== 'add') return cartAnswer(visit, made);
          const items = made.added.map(({ line, quantity }) =>
            ajaxItem(visit.shop, visit.origin, visit.currency, line, quantity),
          );
          // Shopify answers with the added line; the page's watcher reads what came on top.
          return withCookies(
            visit,
            json({ ...items[0], currency: visit.currency, items_added: items, items_removed: [] }),
          );
        } catch (error) {
          if (error instanceof CartProblem) return refuse(error.message);
          throw error;
        }
      });
    }
  }

  cartRequest('add', ({ shop, cart }, fields) => {
    const items = Array.isArray(fields.items) ? fields.items.filter(isFields) : [fields];
    const changes = items.map((item) => addToCart(shop, cart, addRequest(item)));
    return { added: changes.flatMap(({ added }) => added), removed: [] };
  });
  cartRequest('change', ({ cart }, fields) => {
    const asked = textOf(fields, 'id');
    const line =
      cart.lines.find(({ key, variantId }) => key === asked || variantId === asked) ??
      cart.lines[Number(textOf(fields, 'line')) - 1];
    if (!line) throw new CartProblem('The line is not in the cart');
    return setQuantity(cart, line, Number(textOf(fields, 'quantity') || 0));
  });
  cartRequest('update', ({ cart }, fields) => {
    if (isFields(fields.attributes)) {
      for (const [name, value] of Object.entries(fields.attributes)) {
        // An empty value takes the attribute away.
        if (value === null || value === '') delete cart.attributes[name];
        else cart.attributes[name] = String(value);
      }
    }
    if (typeof fields.note === 'string') cart.note = fields.note;
    const changes = Object.entries(isFields(fields.updates) ? fields.updates : {}).flatMap(
      ([id, quantity]) => {
        const line = cart.lines.find(({ key, variantId }) => key === id || variantId === id);
        return line ? [setQuantity(cart, line, Number(quantity))] : [];
      },
    );
    return {
      added: changes.flatMap(({ added }) => added),
      removed: changes.flatMap(({ removed }) => removed),
    };
  });
  cartRequest('clear', ({ cart }) => ({
    added: [],
    removed: cart.lines.splice(0).map((line) => ({ line, quantity: line.quantity })),
  }));

  /* Checkout */
  shopRoutes.get('/checkout', (request) => {
    const visit = visitOf(request, true);
    const checkout = startCheckout(world, visit, visit.cart);
    return goTo(visit, checkout ? checkoutPath(checkout) : '/cart');
  });

  async function startWithProduct(request: SandboxRequest, express: boolean): Promise<SandboxAnswer> {
    const visit = visitOf(request, false);
    const fields = await readFields(request);
    let from: Parameters<typeof startCheckout>[2] = visit.cart;
    if (textOf(fields, 'id')) {
      const alone = emptyCart(world, visit.shop);
      try {
        addToCart(visit.shop, alone, addRequest(fields));
      } catch (error) {
        if (error instanceof CartProblem) return refuse(error.message);
        throw error;
      }
      const [buyNow] = alone.lines;
      if (buyNow) from = { buyNow };
    }
    const checkout = startCheckout(world, visit, from);
    if (!checkout) return goTo(visit, '/cart');
    checkout.express = express;
    if (express) withSampleBuyer(visit.shop, checkout);
    return goTo(visit, checkoutPath(checkout));
  }
  shopRoutes.post('/buy-now', (request) => startWithProduct(request, false));
  shopRoutes.post('/express', (request) => startWithProduct(request, true));

  const afterPayment = (checkout: Checkout) =>
    checkoutPath(checkout, checkout.offer === 'open' ? 'post-purchase' : 'thank-you');

  page('/checkouts/cn/:token', (visit, request) => {
    const checkout = findCheckout(world, request.params.token ?? '', visit.shop);
    if (!checkout) return '/cart';
    if (checkout.order) return afterPayment(checkout);
    if (checkout.express) return expressPage(world, visit, checkout);
    return checkoutPage(world, visit, checkout, true);
  });
  page('/checkouts/cn/:token/post-purchase', (visit, { params }) => {
    const checkout = findCheckout(world, params.token ?? '', visit.shop);
    if (!checkout?.order) return '/cart';
    return checkout.offer === 'open'
      ? offerPage(world, visit, checkout)
      : checkoutPath(checkout, 'thank-you');
  });
  page('/checkouts/cn/:token/thank-you', (visit, { params }) => {
    const checkout = findCheckout(world, params.token ?? '', visit.shop);
    return checkout?.order ? thankYouPage(world, visit, checkout, checkout.order) : '/cart';
  });
  page(orderStatusPath(':shopId', ':token'), (visit, { params }) => {
    const order = visit.shop.orders.find(({ token }) => token === params.token);
    return order && params.shopId === visit.shop.id ? orderStatusPage(visit, order) : null;
  });
  shopRoutes.post('/checkouts/cn/:token/offer', async (request) => {
    const visit = visitOf(request, false);
    const checkout = findCheckout(world, request.params.token ?? '', visit.shop);
    if (!checkout) return goTo(visit, '/cart');
    answerOffer(world, visit.shop, checkout, (await request.form(1_000)).get('take') === 'yes');
    return goTo(visit, checkoutPath(checkout, 'thank-you'));
  });

  function step(name: string, take: (visit: Visit, checkout: Checkout, fields: Fields) => string) {
    shopRoutes.post(`/checkouts/cn/:token/${name}`, async (request) => {
      const visit = visitOf(request, false);
      const checkout = findCheckout(world, request.params.token ?? '', visit.shop);
      if (!checkout) return refuse('This checkout is not there any more', 404);
      try {
        const next = take(visit, checkout, await readFields(request));
        return withCookies(
          visit,
          json({
            next,
            checkout: checkoutData(world, visit, checkout),
            summary: summary(world, visit.shop, checkout),
          }),
        );
      } catch (error) {
        if (error instanceof CartProblem) return refuse(error.message);
        throw error;
      }
    });
  }

  step('contact', ({ shop }, checkout, fields) => {
    const email = textOf(fields, 'email');
    const phone = textOf(fields, 'phone').replace(/[^\d+]/g, '');
    if (!email && !phone) throw new CartProblem('Enter an email or a phone number');
    if (email && !/^\S+@\S+\.\S+$/.test(email)) throw new CartProblem('Enter a valid email');
    checkout.email = email || null;
    checkout.phone = phone || null;
    checkout.acceptsMarketing = textOf(fields, 'news') !== '';
    const countryCode = (textOf(fields, 'countryCode') || shop.countryCode).toUpperCase();
    const atHome = countryCode === shop.countryCode;
    checkout.address = {
      firstName: textOf(fields, 'firstName'),
      lastName: textOf(fields, 'lastName'),
      company: null,
      address1: textOf(fields, 'address1'),
      address2: null,
      city: textOf(fields, 'city'),
      province: textOf(fields, 'province') || (atHome ? shop.province : null),
      provinceCode: textOf(fields, 'provinceCode') || (atHome ? shop.provinceCode : null),
      country: atHome ? shop.country : countryName(countryCode),
      countryCode,
      zip: textOf(fields, 'zip'),
      phone: phone || null,
    };
    return needsShipping(shop, checkout) ? 'shipping' : 'payment';
  });
  step('shipping', ({ shop }, checkout, fields) => {
    const method = shippingMethods(shop).find(({ handle }) => handle === textOf(fields, 'method'));
    if (!method) throw new CartProblem('Choose how it should be sent');
    checkout.shipping = method;
    return 'payment';
  });
  step('discount', ({ shop }, checkout, fields) => {
    const code = textOf(fields, 'code');
    if (code && !isDiscountCode(shop, code)) throw new CartProblem('This code is not valid');
    checkout.discountCode = code || null;
    return 'payment';
  });
  step('payment', (_visit, checkout, fields) => {
    const payment = paymentMethods.find((method) => method === textOf(fields, 'payment'));
    const tip = (textOf(fields, 'tip') || '0').replace(',', '.');
    if (!payment) throw new CartProblem('Choose how to pay');
    if (!/^\d{1,5}(\.\d{1,2})?$/.test(tip)) throw new CartProblem('Enter a tip in money, or 0');
    checkout.payment = payment;
    checkout.tip = tip;
    return 'pay';
  });
  step('pay', (visit, checkout) => {
    if (!checkout.payment) throw new CartProblem('Choose how to pay');
    if (!checkout.email && !checkout.phone) throw new CartProblem('Enter an email or a phone number');
    completeCheckout(world, visit, checkout, checkout.payment);
    // The cart is spent when it was the visitor's own; buying one product at once leaves it alone.
    if (checkout.cartToken === visit.cart.token) {
      const fresh = emptyCart(world, visit.shop);
      storefrontMemory(world).carts.set(fresh.token, fresh);
      visit.setCookies.push(cartCookie(fresh), keepCookie(discountCookie, ''));
    }
    return afterPayment(checkout);
  });

  /* What the pages need */
  shopRoutes.get(`/assets/style.:version.css`, () => ({
    status: 200,
    headers: {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      etag: `"${styleVersion}"`,
    },
    body: style,
  }));
  shopRoutes.get('/assets/theme.:version.js', () =>
    script(browserScript(themeEntry).text, { 'cache-control': 'public, max-age=31536000, immutable' }),
  );
  shopRoutes.get('/cdn/products/:handle.svg', (request) => {
    const shop = shopOf(world, request.shopHandle);
    const product = shop?.products.find(({ handle }) => handle === request.params.handle);
    if (!product) return notFound();
    return {
      status: 200,
      headers: { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=86400' },
      body: productPicture(product),
    };
  });
  shopRoutes.get('/robots.txt', (request) => ({
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: `# ${escapeHtml(shopOf(world, request.shopHandle)?.name ?? '')}\nUser-agent: *\nDisallow: /checkouts/\n`,
  }));
  shopRoutes.get('/*', (request) => {
    const visit = visitOf(request, true);
    return renderPage(world, visit, notFoundPage(visit));
  });
}
