/** The theme's own script: adding to the cart, changing it, going through checkout, and the consent banner. */

interface PrivacyApi {
  shouldShowBanner(): boolean;
  analyticsProcessingAllowed(): boolean;
  marketingAllowed(): boolean;
  preferencesProcessingAllowed(): boolean;
  saleOfDataAllowed(): boolean;
  setTrackingConsent(choice: Record<string, boolean>, done: () => void): void;
}

interface ShopifyGlobal {
  loadFeatures(features: { name: string; version: string }[], done: (error?: Error) => void): void;
  customerPrivacy?: PrivacyApi;
}

interface ThemeData {
  words: Record<string, string>;
  page: { checkout?: string; steps?: string[] } | null;
}

const theme: ThemeData = JSON.parse(document.getElementById('theme-data')?.textContent ?? '{}');
const word = (name: string) => theme.words[name] ?? name;
const shopify = () => Reflect.get<object, string>(window, 'Shopify') as ShopifyGlobal;

function on<T extends Event>(
  root: ParentNode,
  selector: string,
  type: string,
  run: (element: Element, event: T) => void,
) {
  for (const element of root.querySelectorAll(selector)) {
    element.addEventListener(type, (event) => run(element, event as T));
  }
}

function fields(form: HTMLFormElement): Record<string, string> {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}

async function post(path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer: Record<string, unknown> = await response.json();
  if (!response.ok) throw new Error(String(answer.description ?? answer.message ?? response.status));
  return answer;
}

function toast(text: string, link: string, href: string) {
  document.querySelector('.toast')?.remove();
  const box = document.createElement('div');
  box.className = 'toast';
  box.setAttribute('role', 'status');
  box.append(Object.assign(document.createElement('span'), { textContent: text }));
  box.append(Object.assign(document.createElement('a'), { textContent: link, href }));
  document.body.append(box);
}

function showCount(count: unknown) {
  const badge = document.querySelector('[data-cart-count]');
  if (badge) badge.textContent = String(count);
}

on<SubmitEvent>(document, 'form[data-add]', 'submit', (form, event) => {
  if (!(form instanceof HTMLFormElement) || event.submitter?.hasAttribute('formaction')) return;
  event.preventDefault();
  const { id, quantity, selling_plan: plan } = fields(form);
  void post('/cart/add.js', {
    id: Number(id),
    quantity: Number(quantity ?? 1),
    ...(plan ? { selling_plan: Number(plan) } : {}),
  }).then(
    async () => {
      const cart: Record<string, unknown> = await (await fetch('/cart.js')).json();
      showCount(cart.item_count);
      toast(`${document.querySelector('h1')?.textContent ?? ''} ${word('added')}`, word('cart'), '/cart');
    },
    (error: Error) => toast(error.message, word('cart'), '/cart'),
  );
});

on(document, 'form[data-add] select[name=id]', 'change', (select) => {
  if (!(select instanceof HTMLSelectElement)) return;
  const price = document.querySelector('p.price [data-price]');
  if (price) price.textContent = select.selectedOptions[0]?.dataset.price ?? '';
  const address = new URL(location.href);
  address.searchParams.set('variant', select.value);
  history.replaceState(history.state, '', address);
});

async function changeLine(row: Element | null, quantity: number) {
  await post('/cart/change.js', { id: row?.getAttribute('data-line'), quantity });
  location.reload();
}
on(document, '[data-quantity]', 'change', (input) => {
  if (input instanceof HTMLInputElement) void changeLine(input.closest('tr'), Number(input.value));
});
on(document, '[data-remove]', 'click', (button) => void changeLine(button.closest('tr'), 0));

on(document, 'footer select', 'change', (select) => {
  if (select instanceof HTMLSelectElement) {
    const address = new URL(location.href);
    address.searchParams.set(select.name, select.value);
    location.assign(address);
  }
});

/* Checkout ----------------------------------------------------------------------------------------------------- */

function showStep(name: string) {
  for (const section of document.querySelectorAll<HTMLElement>('[data-section]')) {
    section.hidden = section.dataset.section !== name;
  }
  for (const crumb of document.querySelectorAll<HTMLElement>('[data-crumb]')) {
    if (crumb.dataset.crumb === name) crumb.setAttribute('aria-current', 'step');
    else crumb.removeAttribute('aria-current');
  }
  document.querySelector<HTMLElement>(`[data-section=${name}] input`)?.focus();
}

function showSummary(answer: Record<string, unknown>) {
  const summary = document.querySelector('[data-summary]');
  if (summary && typeof answer.summary === 'string') summary.innerHTML = answer.summary;
}

/** What Shopify tells pixels when a step is done. */
const submitted: Record<string, string[]> = {
  contact: ['checkout_contact_info_submitted', 'checkout_address_info_submitted'],
  shipping: ['checkout_shipping_info_submitted'],
  payment: ['payment_info_submitted'],
};

on<SubmitEvent>(document, 'form[data-step]', 'submit', (form, event) => {
  event.preventDefault();
  const checkout = theme.page?.checkout;
  if (!(form instanceof HTMLFormElement) || !checkout) return;
  const step = form.dataset.step ?? '';
  const button = form.querySelector('button');
  if (button) button.disabled = true;
  const tell = (answer: Record<string, unknown>) => {
    for (const name of submitted[step] ?? [])
      window.pixelManager.publishStandard(name, { checkout: answer.checkout });
  };
  void post(`${checkout}/${step}`, fields(form)).then(
    async (answer) => {
      tell(answer);
      showSummary(answer);
      if (step !== 'payment') return showStep(String(answer.next));
      const done = await post(`${checkout}/pay`, {});
      location.assign(String(done.next));
    },
    (error: Error) => {
      if (button) button.disabled = false;
      const alert = form.querySelector('[role=alert]');
      if (alert) {
        alert.className = 'notice bad';
        alert.textContent = error.message;
      }
    },
  );
});

on<SubmitEvent>(document, 'form[data-code]', 'submit', (form, event) => {
  event.preventDefault();
  const checkout = theme.page?.checkout;
  if (!(form instanceof HTMLFormElement) || !checkout) return;
  void post(`${checkout}/discount`, fields(form)).then(showSummary, () =>
    form.querySelector('input')?.select(),
  );
});

/* Consent ------------------------------------------------------------------------------------------------------ */

function showBanner(privacy: PrivacyApi) {
  const banner = document.createElement('div');
  banner.className = 'banner';
  banner.setAttribute('role', 'dialog');
  banner.setAttribute('aria-label', word('choices'));
  const wrap = Object.assign(document.createElement('div'), { className: 'wrap' });
  wrap.append(Object.assign(document.createElement('p'), { textContent: word('banner') }));
  const row = Object.assign(document.createElement('div'), { className: 'row' });
  for (const [name, answer] of [
    ['decline', false],
    ['accept', true],
  ] as const) {
    const button = Object.assign(document.createElement('button'), { textContent: word(name) });
    button.dataset.consent = name;
    if (!answer) button.className = 'quiet';
    button.addEventListener('click', () => {
      privacy.setTrackingConsent(
        { analytics: answer, marketing: answer, preferences: answer, sale_of_data: answer },
        () => banner.remove(),
      );
    });
    row.append(button);
  }
  wrap.append(row);
  banner.append(wrap);
  document.body.append(banner);
}

function offerChoices(form: HTMLFormElement, privacy: PrivacyApi) {
  const allowed: Record<string, boolean> = {
    analytics: privacy.analyticsProcessingAllowed(),
    marketing: privacy.marketingAllowed(),
    preferences: privacy.preferencesProcessingAllowed(),
    sale_of_data: privacy.saleOfDataAllowed(),
  };
  const boxes = [...form.querySelectorAll<HTMLInputElement>('input')];
  for (const box of boxes) box.checked = allowed[box.name] ?? false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    privacy.setTrackingConsent(Object.fromEntries(boxes.map(({ name, checked }) => [name, checked])), () => {
      const status = form.querySelector('[role=status]');
      if (status) status.textContent = word('saved');
    });
  });
}

shopify().loadFeatures([{ name: 'consent-tracking-api', version: '0.1' }], () => {
  const privacy = shopify().customerPrivacy;
  if (!privacy) return;
  const choices = document.querySelector<HTMLFormElement>('form[data-choices]');
  if (choices) offerChoices(choices, privacy);
  if (privacy.shouldShowBanner()) showBanner(privacy);
});
