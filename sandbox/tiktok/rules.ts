/** TikTok's rules for one `/event/track/` request, as pure functions: what is refused with which code and words, and what is taken but ignored. */

export const codes = {
  ok: 0,
  partialSuccess: 20001,
  badParameter: 40000,
  noPermission: 40001,
  invalidValue: 40002,
  tooManyRequests: 40100,
  emptyToken: 40104,
  deadToken: 40105,
} as const;

export interface Refusal {
  code: number;
  message: string;
}

/** Something that TikTok takes without a word and, as far as anyone knows, does not use. */
export interface Remark {
  field: string;
  says: string;
}

export type EventSource = 'web' | 'app' | 'offline' | 'crm';

export type Person = Record<string, string | string[]>;

export interface TrackEvent {
  event: string;
  eventId: string | undefined;
  /** Unix seconds. */
  eventTime: number;
  limitedDataUse: boolean;
  user: Person;
  value: number | undefined;
  currency: string | undefined;
  orderId: string | undefined;
  contentIds: string[];
  pageUrl: string | undefined;
  remarks: Remark[];
}

export interface Track {
  source: EventSource;
  sourceId: string;
  testEventCode: string | undefined;
  partnerName: string | undefined;
  events: TrackEvent[];
}

export type TrackRead = { ok: true; track: Track } | { ok: false; refusal: Refusal };

export const mostEvents = 1_000;

export const currencies: ReadonlySet<string> = new Set(
  (
    'AED ARS AUD BDT BHD BIF BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP EUR GBP GTQ HKD HNL HUF IDR ILS ' +
    'INR ISK JPY KES KHR KRW KWD KZT MAD MOP MXN MYR NGN NIO NOK NZD OMR PEN PHP PKR PLN PYG QAR RON RUB SAR ' +
    'SEK SGD THB TRY TWD UAH USD VES VND ZAR'
  ).split(' '),
);

const standardEvents: readonly string[] = [
  'AddPaymentInfo',
  'AddToCart',
  'AddToWishlist',
  'ApplicationApproval',
  'CompleteRegistration',
  'Contact',
  'CustomizeProduct',
  'Download',
  'FindLocation',
  'InitiateCheckout',
  'Lead',
  'Purchase',
  'Schedule',
  'Search',
  'StartTrial',
  'SubmitApplication',
  'Subscribe',
  'ViewContent',
  // Taken under their old names too: CompletePayment is shown as Purchase, SubmitForm as Lead.
  'CompletePayment',
  'SubmitForm',
  'ClickButton',
  'PlaceAnOrder',
  'Pageview',
];

/** What Events Manager calls an event: old names are shown under their new ones. */
export function displayName(event: string): string {
  if (event === 'CompletePayment') return 'Purchase';
  if (event === 'SubmitForm') return 'Lead';
  return event;
}

const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The field as TikTok's message calls it: a batch of one is not counted, a longer one names the event's place. */
type Name = (field: string) => string;

function refuse(name: string, not: string): never {
  throw new Refused({ code: codes.invalidValue, message: `Invalid value for ${name}: ${not}` });
}

function textOf(value: unknown, name: string): string {
  return typeof value === 'string' ? value : refuse(name, 'not a valid string.');
}

function optionalText(object: Json, field: string, name: Name, path: string): string | undefined {
  return field in object ? textOf(object[field], name(path + field)) : undefined;
}

function optionalNumber(object: Json, field: string, name: Name, path: string): number | undefined {
  if (!(field in object)) return undefined;
  const value = object[field];
  return typeof value === 'number' ? value : refuse(name(path + field), 'not a valid number.');
}

function optionalObject(object: Json, field: string, name: Name): Json | undefined {
  if (!(field in object)) return undefined;
  const value = object[field];
  return isObject(value) ? value : refuse(name(field), 'not a valid object.');
}

function optionalTexts(object: Json, field: string, name: Name, path: string): string[] | undefined {
  if (!(field in object)) return undefined;
  const value = object[field];
  if (!Array.isArray(value)) return refuse(name(path + field), 'not a valid list.');
  return value.map((item: unknown, index) => textOf(item, name(`${path}${field}.${index}`)));
}

const hashed = ['email', 'phone', 'external_id'];
const hashedOnce = ['first_name', 'last_name', 'zip_code'];
const plain = ['ttclid', 'ttp', 'ip', 'user_agent', 'locale', 'city', 'state', 'country'];
const appOnly = ['idfa', 'idfv', 'gaid', 'att_status'];

const propertyNames = [
  'currency',
  'value',
  'contents',
  'content_ids',
  'content_type',
  'num_items',
  'order_id',
  'shop_id',
  'description',
  'search_string',
  'customer_type',
];
const contentNames = ['price', 'quantity', 'content_id', 'content_category', 'content_name', 'brand'];
const eventNames = [
  'event',
  'event_time',
  'event_id',
  'user',
  'properties',
  'page',
  'ad',
  'limited_data_use',
  'app',
  'lead',
];
const rootNames = ['event_source', 'event_source_id', 'data', 'test_event_code', 'partner_name'];

function remarkUnknown(object: Json, known: readonly string[], path: string, remarks: Remark[]) {
  for (const field of Object.keys(object)) {
    if (!known.includes(field)) remarks.push({ field: path + field, says: 'is no field that TikTok knows' });
  }
}

const addresses = {
  v4: /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/,
  v6: /^(?=.*:.*:)[0-9a-f:]+(?:\d+\.\d+\.\d+\.\d+)?$/i,
  private:
    /^(?:10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.|::1$|f[cd][0-9a-f]{2}:|fe80:)/i,
};

function remarkHash(field: string, value: string, remarks: Remark[]) {
  if (value.toLowerCase() === emptyHash) {
    remarks.push({ field, says: 'is the hash of nothing and would match nobody or everybody' });
  } else if (!/^[0-9a-f]{64}$/i.test(value)) {
    remarks.push({ field, says: 'is not a SHA-256 hash' });
  } else if (value !== value.toLowerCase()) {
    remarks.push({ field, says: 'is a hash in capitals, TikTok asks for small letters' });
  }
}

function readUser(user: Json, name: Name, remarks: Remark[]): Person {
  const person: Person = {};
  for (const field of hashed) {
    if (!(field in user)) continue;
    const value = user[field];
    if (Array.isArray(value)) {
      const values = value.map((item: unknown, index) => textOf(item, name(`user.${field}.${index}`)));
      for (const one of values) remarkHash(`user.${field}`, one, remarks);
      person[field] = values;
    } else {
      const one = textOf(value, name(`user.${field}`));
      remarkHash(`user.${field}`, one, remarks);
      person[field] = one;
    }
  }
  for (const field of hashedOnce) {
    const value = optionalText(user, field, name, 'user.');
    if (value === undefined) continue;
    remarkHash(`user.${field}`, value, remarks);
    person[field] = value;
  }
  for (const field of plain) {
    const value = optionalText(user, field, name, 'user.');
    if (value === undefined) continue;
    if (value === '') remarks.push({ field: `user.${field}`, says: 'is empty' });
    person[field] = value;
  }
  for (const field of appOnly) {
    if (field in user) remarks.push({ field: `user.${field}`, says: 'is for apps only' });
  }
  remarkUnknown(user, [...hashed, ...hashedOnce, ...plain, ...appOnly], 'user.', remarks);

  const ip = person.ip;
  if (typeof ip === 'string') {
    if (!addresses.v4.test(ip) && !addresses.v6.test(ip)) {
      remarks.push({ field: 'user.ip', says: 'is no IP address' });
    } else if (addresses.private.test(ip)) {
      remarks.push({ field: 'user.ip', says: 'is not a public address' });
    }
  }
  const locale = person.locale;
  if (typeof locale === 'string' && locale.includes('_')) {
    remarks.push({ field: 'user.locale', says: 'should be written like en-US' });
  }
  return person;
}

interface PropertiesRead {
  value: number | undefined;
  currency: string | undefined;
  orderId: string | undefined;
  contentIds: string[];
}

function readProperties(properties: Json, name: Name, remarks: Remark[]): PropertiesRead {
  const path = 'properties.';
  const value = optionalNumber(properties, 'value', name, path);
  const currency = optionalText(properties, 'currency', name, path);
  if (currency !== undefined && !currencies.has(currency)) {
    refuse(name('properties.currency'), `${currency} is not a supported currency.`);
  }
  const contentIds = optionalTexts(properties, 'content_ids', name, path) ?? [];
  const contents = properties.contents;
  if (contents !== undefined) {
    if (!Array.isArray(contents)) refuse(name('properties.contents'), 'not a valid list.');
    for (const [index, item] of contents.entries()) {
      const where = `${path}contents.${index}`;
      if (!isObject(item)) refuse(name(where), 'not a valid object.');
      if ('price' in item && typeof item.price !== 'number') {
        throw new Refused({ code: codes.badParameter, message: 'Invalid Price Field' });
      }
      const id = optionalText(item, 'content_id', name, `${where}.`);
      if (id !== undefined) contentIds.push(id);
      for (const field of ['content_category', 'content_name', 'brand']) {
        optionalText(item, field, name, `${where}.`);
      }
      const quantity = optionalNumber(item, 'quantity', name, `${where}.`);
      if (quantity !== undefined && !Number.isInteger(quantity)) {
        refuse(name(`${where}.quantity`), 'not a valid integer.');
      }
      remarkUnknown(item, contentNames, `${where}.`, remarks);
    }
  }
  const count = optionalNumber(properties, 'num_items', name, path);
  if (count !== undefined && !Number.isInteger(count)) {
    refuse(name('properties.num_items'), 'not a valid integer.');
  }
  const type = optionalText(properties, 'content_type', name, path);
  if (type !== undefined && type !== 'product' && type !== 'product_group') {
    remarks.push({ field: 'properties.content_type', says: 'is neither product nor product_group' });
  }
  const customer = optionalText(properties, 'customer_type', name, path);
  if (customer !== undefined && customer !== 'new' && customer !== 'returning') {
    remarks.push({ field: 'properties.customer_type', says: 'is neither new nor returning' });
  }
  for (const field of ['shop_id', 'description', 'search_string'])
    optionalText(properties, field, name, path);
  const orderId = optionalText(properties, 'order_id', name, path);
  if (value !== undefined && currency === undefined) {
    remarks.push({ field: 'properties.value', says: 'has no currency beside it' });
  }
  remarkUnknown(properties, propertyNames, path, remarks);
  return { value, currency, orderId, contentIds };
}

/** Further ahead than this is reported; nobody has written down what TikTok does with it. */
const clockSlackSeconds = 600;
/** Recalled, not documented: older web events are said to be of no use. */
const oldSeconds = 7 * 86_400;

function readEvent(data: unknown, name: Name, source: EventSource, now: Date): TrackEvent {
  if (!isObject(data)) refuse(name('data'), 'not a valid object.');
  const remarks: Remark[] = [];

  if (!('event' in data)) refuse(name('event'), 'missing data for required field.');
  const event = textOf(data.event, name('event'));
  if (event === '') refuse(name('event'), 'missing data for required field.');
  const near = standardEvents.find((known) => known.toLowerCase() === event.toLowerCase());
  if (source === 'offline' && near !== event) refuse(name('event'), 'offline takes standard events only.');
  if (near && near !== event)
    remarks.push({ field: 'event', says: `is a custom event; the standard one is ${near}` });

  if (!('event_time' in data)) refuse(name('event_time'), 'missing data for required field.');
  const eventTime = data.event_time;
  if (typeof eventTime !== 'number' || !Number.isInteger(eventTime)) {
    return refuse(name('event_time'), 'not a valid integer.');
  }
  if (!/^\d{10}$/.test(String(eventTime))) refuse(name('event_time'), 'not a Unix time in seconds.');
  const nowSeconds = Math.floor(now.getTime() / 1_000);
  if (eventTime > nowSeconds + clockSlackSeconds)
    remarks.push({ field: 'event_time', says: 'lies in the future' });
  if (source === 'web' && eventTime < nowSeconds - oldSeconds) {
    remarks.push({ field: 'event_time', says: 'is more than seven days old' });
  }

  const eventId = optionalText(data, 'event_id', name, '');
  if (eventId === undefined || eventId === '') {
    remarks.push({
      field: 'event_id',
      says: 'is missing, so doubles are hardly found',
    });
  }

  const ldu = data.limited_data_use;
  if (ldu !== undefined && typeof ldu !== 'boolean') refuse(name('limited_data_use'), 'not a valid boolean.');

  const user = readUser(optionalObject(data, 'user', name) ?? {}, name, remarks);
  const properties = readProperties(optionalObject(data, 'properties', name) ?? {}, name, remarks);
  const page = optionalObject(data, 'page', name);
  const pageUrl = page && optionalText(page, 'url', name, 'page.');
  if (page) {
    optionalText(page, 'referrer', name, 'page.');
    if (pageUrl === undefined) refuse(name('page.url'), 'missing data for required field.');
    remarkUnknown(page, ['url', 'referrer'], 'page.', remarks);
  }
  if (source === 'web') {
    if (pageUrl === undefined)
      remarks.push({ field: 'page.url', says: 'is missing; TikTok asks for it on web events' });
    else if (!/^https?:\/\//i.test(pageUrl))
      remarks.push({ field: 'page.url', says: 'has no http(s):// in front' });
    if (pageUrl?.includes('ttclid=') && user.ttclid === undefined) {
      remarks.push({ field: 'user.ttclid', says: 'is missing although page.url carries one' });
    }
    if (ldu === true && user.ip === undefined) {
      refuse(name('user.ip'), 'required when limited_data_use is true.');
    }
    if (Object.keys(user).every((field) => field === 'locale')) {
      remarks.push({ field: 'user', says: 'says nothing about who it was' });
    }
  }
  const ad = optionalObject(data, 'ad', name);
  if (ad && source === 'web') remarkUnknown(ad, ['attribution_share'], 'ad.', remarks);
  if ('app' in data && source !== 'app') remarks.push({ field: 'app', says: 'is for apps only' });
  if ('lead' in data && source !== 'crm') remarks.push({ field: 'lead', says: 'is for CRM events only' });
  remarkUnknown(data, eventNames, '', remarks);

  return {
    event,
    eventId: eventId === '' ? undefined : eventId,
    eventTime,
    limitedDataUse: ldu === true,
    user,
    ...properties,
    pageUrl,
    remarks,
  };
}

const sources: readonly string[] = ['web', 'app', 'offline', 'crm'];

function isSource(value: unknown): value is EventSource {
  return typeof value === 'string' && sources.includes(value);
}

/** Reads a request body as TikTok does: the first fault found refuses all of it. */
export function readTrack(body: string, now: Date): TrackRead {
  let root: unknown;
  try {
    root = JSON.parse(body);
  } catch {
    return {
      ok: false,
      refusal: { code: codes.invalidValue, message: 'The request body is not valid JSON.' },
    };
  }
  try {
    if (!isObject(root))
      throw new Refused({ code: codes.invalidValue, message: 'The request body is not an object.' });
    const name: Name = (field) => field;
    const { event_source: source, data } = root;
    if (!isSource(source)) refuse('event_source', 'must be web, app or offline.');
    if (!('event_source_id' in root)) refuse('event_source_id', 'missing data for required field.');
    const sourceId = textOf(root.event_source_id, 'event_source_id');
    const testEventCode = optionalText(root, 'test_event_code', name, '');
    const partnerName = optionalText(root, 'partner_name', name, '');
    if (!Array.isArray(data))
      refuse('data', data === undefined ? 'missing data for required field.' : 'not a valid list.');
    if (data.length === 0) refuse('data', 'shorter than minimum length 1.');
    if (data.length > mostEvents) refuse('data', `longer than maximum length ${mostEvents}.`);
    const list: unknown[] = data;
    const events = list.map((one, index) =>
      readEvent(one, list.length === 1 ? name : (field) => `data.${index}.${field}`, source, now),
    );
    const rootRemarks: Remark[] = [];
    remarkUnknown(root, rootNames, '', rootRemarks);
    if (testEventCode === '')
      rootRemarks.push({ field: 'test_event_code', says: 'is empty, so this counts as a real event' });
    for (const event of events) event.remarks.push(...rootRemarks);
    return {
      ok: true,
      track: {
        source,
        sourceId,
        testEventCode: testEventCode === '' ? undefined : testEventCode,
        partnerName,
        events,
      },
    };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

export interface TokenStanding {
  advertiser: string;
  revoked: boolean;
}

/** `undefined` lets the request through. */
export function refuseToken(
  header: string | undefined,
  standing: (token: string) => TokenStanding | undefined,
): Refusal | undefined {
  if (header === undefined || header.trim() === '') {
    return { code: codes.emptyToken, message: 'Access token is empty' };
  }
  const known = standing(header);
  if (!known || known.revoked) {
    return { code: codes.deadToken, message: 'Access token is incorrect or has been revoked.' };
  }
  return undefined;
}

export interface PixelStanding {
  advertiser: string;
  active: boolean;
}

export function refusePixel(
  code: string,
  token: TokenStanding,
  pixel: PixelStanding | undefined,
): Refusal | undefined {
  if (pixel && pixel.active && pixel.advertiser === token.advertiser) return undefined;
  return {
    code: codes.noPermission,
    message: `No permission to operate pixel code: ${code}. You must be an admin or operator of this advertiser account.`,
  };
}

export const tooMany: Refusal = {
  code: codes.tooManyRequests,
  message: 'Too many requests. Please retry in some time.',
};

/**
 * Which HTTP status carries an error; sources disagree, so all three can be had.
 * `ok`: always 200. `documented`: 401 for 40100 and 40104 (and the dead token beside it). `bad-request`: 400 for 4xxxx.
 */
export type StatusStyle = 'ok' | 'documented' | 'bad-request';

export function httpStatus(code: number, style: StatusStyle): number {
  if (code === codes.ok || code === codes.partialSuccess || style === 'ok') return 200;
  if (style === 'bad-request') return code >= 40_000 && code < 50_000 ? 400 : 200;
  return code === codes.tooManyRequests || code === codes.emptyToken || code === codes.deadToken ? 401 : 200;
}
