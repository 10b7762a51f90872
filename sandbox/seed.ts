/** The two invented stores every sandbox begins with: one sells in dollars, one in euros. */

import type { Random } from './random.ts';
import type {
  ConsentPolicyEntry,
  SandboxAddress,
  SandboxCustomer,
  SandboxProduct,
  SandboxShop,
  SandboxStaff,
} from './world.ts';

type VariantSeed = [title: string, sku: string, price: string, compareAt?: string];

interface ProductSeed {
  handle: string;
  title: string;
  vendor: string;
  type: string;
  collection: string;
  colour: string;
  description: string;
  giftCard?: boolean;
  variants: VariantSeed[];
}

const northwindProducts: ProductSeed[] = [
  {
    handle: 'harbor-raincoat',
    title: 'Harbor Raincoat',
    vendor: 'Northwind',
    type: 'Jackets',
    collection: 'outdoor',
    colour: '#2f5d8a',
    description: 'A light raincoat with taped seams and a deep hood.',
    variants: [
      ['Small', 'NW-RC-S', '128.00'],
      ['Medium', 'NW-RC-M', '128.00'],
      ['Large', 'NW-RC-L', '134.00'],
    ],
  },
  {
    handle: 'ridge-daypack',
    title: 'Ridge Daypack',
    vendor: 'Trailhead Works',
    type: 'Bags',
    collection: 'outdoor',
    colour: '#6b7d3a',
    description: 'Eighteen litres, two bottles, one long walk.',
    variants: [
      ['Moss', 'TW-DP-MOSS', '89.50', '110.00'],
      ['Slate', 'TW-DP-SLATE', '89.50'],
    ],
  },
  {
    handle: 'canvas-cap',
    title: 'Canvas Cap',
    vendor: 'Northwind',
    type: 'Hats',
    collection: 'everyday',
    colour: '#a5673f',
    description: 'Washed canvas, brass buckle.',
    variants: [
      ['Sand', 'NW-CAP-SAND', '24.00'],
      ['Navy', 'NW-CAP-NAVY', '24.00'],
    ],
  },
  {
    handle: 'enamel-mug',
    title: 'Enamel Mug',
    vendor: 'Camp & Kettle',
    type: 'Kitchen',
    collection: 'everyday',
    colour: '#b4443c',
    description: 'Chips are part of its charm.',
    variants: [['Default Title', 'CK-MUG-01', '16.95']],
  },
  {
    handle: 'wool-socks',
    title: 'Wool Socks',
    vendor: 'Northwind',
    type: 'Socks',
    collection: 'everyday',
    colour: '#7a5c8e',
    description: 'Merino, knitted thick. Also as a monthly delivery.',
    variants: [
      ['One pair', 'NW-SOCK-1', '14.00'],
      ['Three pairs', 'NW-SOCK-3', '36.00'],
    ],
  },
  {
    handle: 'trail-bottle',
    title: 'Trail Bottle',
    vendor: 'Trailhead Works',
    type: 'Bottles',
    collection: 'outdoor',
    colour: '#3d8a84',
    description: 'Steel, one litre, keeps the cold in.',
    variants: [['Default Title', '', '32.00']],
  },
  {
    handle: 'field-notebook',
    title: 'Field Notebook',
    vendor: 'Paper Lantern',
    type: 'Stationery',
    collection: 'everyday',
    colour: '#d09b3b',
    description: 'Sixty-four pages that do not mind rain.',
    variants: [
      ['Ruled', 'PL-NB-R', '9.90'],
      ['Plain', 'PL-NB-P', '9.90'],
    ],
  },
  {
    handle: 'gift-card',
    title: 'Northwind Gift Card',
    vendor: 'Northwind',
    type: 'Gift Cards',
    collection: 'everyday',
    colour: '#4c4f63',
    giftCard: true,
    description: 'For people who would rather choose for themselves.',
    variants: [
      ['$25', 'NW-GC-25', '25.00'],
      ['$50', 'NW-GC-50', '50.00'],
    ],
  },
];

const fjordProducts: ProductSeed[] = [
  {
    handle: 'leinen-bettwaesche',
    title: 'Leinenbettwäsche',
    vendor: 'Fjord',
    type: 'Bettwäsche',
    collection: 'schlafen',
    colour: '#8aa0ab',
    description: 'Gewaschenes Leinen, atmet im Sommer, wärmt im Winter.',
    variants: [
      ['135 × 200', 'FJ-LB-135', '149.00'],
      ['200 × 200', 'FJ-LB-200', '199.00'],
    ],
  },
  {
    handle: 'kerze-kiefer',
    title: 'Kerze Kiefer',
    vendor: 'Lichthof',
    type: 'Kerzen',
    collection: 'wohnen',
    colour: '#4f6f52',
    description: 'Brennt vierzig Stunden und riecht nach Wald.',
    variants: [['Default Title', 'LH-K-KIEFER', '24.90']],
  },
  {
    handle: 'wolldecke',
    title: 'Wolldecke',
    vendor: 'Fjord',
    type: 'Decken',
    collection: 'wohnen',
    colour: '#b08968',
    description: 'Reine Schurwolle, mit Fransen.',
    variants: [
      ['Natur', 'FJ-WD-NAT', '119.00', '139.00'],
      ['Anthrazit', 'FJ-WD-ANT', '119.00'],
    ],
  },
  {
    handle: 'teekanne',
    title: 'Teekanne',
    vendor: 'Tonwerk',
    type: 'Küche',
    collection: 'kueche',
    colour: '#365b6d',
    description: 'Steinzeug, 1,2 Liter, tropft nicht.',
    variants: [['Default Title', 'TW-TK-12', '64.00']],
  },
  {
    handle: 'becher-paar',
    title: 'Becher, ein Paar',
    vendor: 'Tonwerk',
    type: 'Küche',
    collection: 'kueche',
    colour: '#9c6644',
    description: 'Zwei Becher, keiner wie der andere.',
    variants: [
      ['Hell', 'TW-BE-H', '38.00'],
      ['Dunkel', 'TW-BE-D', '38.00'],
    ],
  },
  {
    handle: 'kopfkissen',
    title: 'Kopfkissen',
    vendor: 'Fjord',
    type: 'Bettwäsche',
    collection: 'schlafen',
    colour: '#adb5bd',
    description: 'Gefüllt mit Hirse, fest und leise.',
    variants: [
      ['40 × 80', 'FJ-KK-40', '49.00'],
      ['80 × 80', 'FJ-KK-80', '69.00'],
    ],
  },
  {
    handle: 'kaffee-abo',
    title: 'Kaffee, jeden Monat',
    vendor: 'Rösterei Deich',
    type: 'Kaffee',
    collection: 'kueche',
    colour: '#5e3023',
    description: '500 g ganze Bohnen, einmal oder jeden Monat.',
    variants: [['500 g', 'RD-KA-500', '15.50']],
  },
  {
    handle: 'geschenkkarte',
    title: 'Fjord Geschenkkarte',
    vendor: 'Fjord',
    type: 'Geschenkkarten',
    collection: 'wohnen',
    colour: '#495057',
    giftCard: true,
    description: 'Für alle, die lieber selbst aussuchen.',
    variants: [
      ['25 €', 'FJ-GK-25', '25.00'],
      ['50 €', 'FJ-GK-50', '50.00'],
    ],
  },
];

function makeProducts(random: Random, seeds: ProductSeed[]): SandboxProduct[] {
  return seeds.map(({ variants, giftCard = false, ...seed }) => ({
    ...seed,
    id: random.id(),
    giftCard,
    variants: variants.map(([title, sku, price, compareAtPrice]) => ({
      id: random.id(),
      title,
      sku,
      price,
      ...(compareAtPrice === undefined ? {} : { compareAtPrice }),
      requiresShipping: !giftCard,
      taxable: !giftCard,
    })),
  }));
}

type PersonSeed = [
  firstName: string,
  lastName: string,
  email: string | null,
  phone: string | null,
  acceptsMarketing: boolean,
];

function makeCustomers(
  random: Random,
  people: PersonSeed[],
  home: Omit<SandboxAddress, 'firstName' | 'lastName' | 'phone' | 'company' | 'address2'>,
  locale: string,
  now: Date,
): SandboxCustomer[] {
  return people.map(([firstName, lastName, email, phone, acceptsMarketing]) => ({
    id: random.id(),
    email,
    phone,
    firstName,
    lastName,
    acceptsMarketing,
    tags: [],
    locale,
    ordersCount: 0,
    address: { ...home, firstName, lastName, phone, company: null, address2: null },
    createdAt: now.toISOString(),
  }));
}

function makeStaff(random: Random, handle: string, locale: string): SandboxStaff[] {
  const person = (
    role: SandboxStaff['role'],
    firstName: string,
    lastName: string,
    email: string,
  ): SandboxStaff => ({
    id: random.id(),
    role,
    firstName,
    lastName,
    email,
    locale,
  });
  return [
    person('owner', 'Olive', 'Owner', `owner@${handle}.example`),
    person('staff', 'Stan', 'Staff', `staff@${handle}.example`),
    person('collaborator', 'Cleo', 'Collaborator', 'cleo@agency.example'),
  ];
}

const consentCountries = [
  'AT',
  'BE',
  'CH',
  'DE',
  'DK',
  'ES',
  'FI',
  'FR',
  'GB',
  'IE',
  'IT',
  'NL',
  'NO',
  'PL',
  'PT',
  'SE',
];
const optOutStates = ['CA', 'CO', 'CT', 'TX', 'VA'];
const freeCountries = ['AU', 'CA', 'JP', 'NZ', 'US'];

function makeConsentPolicy(): ConsentPolicyEntry[] {
  const entry = (
    countryCode: string,
    regionCode: string | null,
    consentRequired: boolean,
    dataSaleOptOutRequired: boolean,
  ): ConsentPolicyEntry => ({ countryCode, regionCode, consentRequired, dataSaleOptOutRequired });
  return [
    ...consentCountries.map((country) => entry(country, null, true, false)),
    ...optOutStates.map((state) => entry('US', state, false, true)),
    ...freeCountries.map((country) => entry(country, null, false, false)),
  ];
}

function newShop(
  random: Random,
  own: Pick<
    SandboxShop,
    | 'id'
    | 'handle'
    | 'name'
    | 'currency'
    | 'presentmentRates'
    | 'timeZone'
    | 'locale'
    | 'countryCode'
    | 'country'
    | 'provinceCode'
    | 'province'
    | 'city'
    | 'address1'
    | 'zip'
    | 'taxesIncluded'
    | 'taxRate'
    | 'taxTitle'
    | 'plan'
    | 'products'
    | 'customers'
  >,
): SandboxShop {
  return {
    ...own,
    domain: `${own.handle}.myshopify.com`,
    email: `hello@${own.handle}.example`,
    ownerName: 'Olive Owner',
    nextOrderNumber: 1001,
    orders: [],
    staff: makeStaff(random, own.handle, own.locale),
    themes: [
      { id: random.id(), name: 'Sandbox Theme', role: 'MAIN' },
      { id: random.id(), name: 'Draft of the new look', role: 'UNPUBLISHED' },
    ],
    embedEnabled: false,
    protectedData: { customerData: true, name: true, email: true, phone: true, address: true },
    consentPolicy: makeConsentPolicy(),
    install: {
      installed: false,
      installationId: random.id(),
      installedAt: null,
      uninstalledAt: null,
      grantedScopes: [],
      webPixel: null,
      metafields: [],
    },
  };
}

export function seedShops(random: Random, now: Date): SandboxShop[] {
  const northwind = newShop(random, {
    id: '71000000001',
    handle: 'northwind',
    name: 'Northwind Outfitters',
    currency: 'USD',
    presentmentRates: { CAD: 1.37, EUR: 0.92, JPY: 151 },
    timeZone: 'America/New_York',
    locale: 'en',
    countryCode: 'US',
    country: 'United States',
    provinceCode: 'NY',
    province: 'New York',
    city: 'New York',
    address1: '1 Sandbox Pier',
    zip: '10004',
    taxesIncluded: false,
    taxRate: 0.08875,
    taxTitle: 'NY State Tax',
    plan: 'Advanced',
    products: makeProducts(random, northwindProducts),
    customers: makeCustomers(
      random,
      [
        ['Pat', 'Example', 'pat.example@example.com', '+12125550101', true],
        ['Robin', 'Sample', 'robin.sample@example.com', null, false],
        ['Sam', 'Specimen', null, '+12125550103', false],
      ],
      {
        address1: '12 Sample Street',
        city: 'New York',
        province: 'New York',
        provinceCode: 'NY',
        country: 'United States',
        countryCode: 'US',
        zip: '10013',
      },
      'en-US',
      now,
    ),
  });
  const fjord = newShop(random, {
    id: '71000000002',
    handle: 'fjord',
    name: 'Fjord',
    currency: 'EUR',
    presentmentRates: { CHF: 0.96, USD: 1.09 },
    timeZone: 'Europe/Berlin',
    locale: 'de',
    countryCode: 'DE',
    country: 'Germany',
    provinceCode: null,
    province: null,
    city: 'Berlin',
    address1: 'Sandkastenweg 1',
    zip: '10115',
    taxesIncluded: true,
    taxRate: 0.19,
    taxTitle: 'MwSt.',
    plan: 'Basic',
    products: makeProducts(random, fjordProducts),
    customers: makeCustomers(
      random,
      [
        ['Kim', 'Beispiel', 'kim.beispiel@example.org', '+4930901820', true],
        ['Toni', 'Muster', 'toni.muster@example.org', null, false],
        ['Alex', 'Probe', 'alex.probe@example.org', null, false],
      ],
      {
        address1: 'Musterstraße 5',
        city: 'Berlin',
        province: null,
        provinceCode: null,
        country: 'Germany',
        countryCode: 'DE',
        zip: '10117',
      },
      'de-DE',
      now,
    ),
  });
  return [northwind, fjord];
}
