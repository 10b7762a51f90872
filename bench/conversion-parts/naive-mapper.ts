/** What a developer writes in an hour: the minimum that a purchase and a page event at TikTok need. Only measured against. */
import { createHash } from 'node:crypto';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

interface NaiveOrder {
  id: number;
  created_at: string;
  email: string | null;
  phone: string | null;
  customer: { id: number } | null;
  browser_ip: string | null;
  client_details: { user_agent: string | null } | null;
  landing_site: string | null;
  currency: string;
  total_price: string;
  order_status_url: string;
  line_items: {
    product_id: number | null;
    variant_id: number | null;
    title: string;
    price: string;
    quantity: number;
  }[];
}

export function naiveOrder(rawJson: string): string {
  const order = JSON.parse(rawJson) as NaiveOrder;
  const ttclid =
    order.landing_site && new URL(order.landing_site, 'https://shop.example').searchParams.get('ttclid');
  return JSON.stringify({
    event: 'CompletePayment',
    event_time: Math.floor(new Date(order.created_at).getTime() / 1000),
    event_id: String(order.id),
    user: {
      email: order.email ? sha(order.email.trim().toLowerCase()) : undefined,
      phone: order.phone ? sha(order.phone.trim()) : undefined,
      external_id: order.customer ? sha(String(order.customer.id)) : undefined,
      ip: order.browser_ip ?? undefined,
      user_agent: order.client_details?.user_agent ?? undefined,
      ttclid: ttclid ?? undefined,
    },
    properties: {
      currency: order.currency,
      value: Number(order.total_price),
      contents: order.line_items.map((line) => ({
        content_id: String(line.variant_id),
        content_name: line.title,
        price: Number(line.price),
        quantity: line.quantity,
      })),
      content_type: 'product',
    },
    page: { url: order.order_status_url },
  });
}

interface NaiveBeacon {
  ttp?: string;
  click?: { id: string };
  events: {
    id: string;
    name: string;
    at: string;
    page: { url: string; referrer?: string };
    draft: {
      items?: { variant?: string; title?: string; price?: string; quantity: number }[];
      currency?: string;
      total?: string;
      email?: string;
    };
  }[];
}

export function naivePage(rawJson: string, ip: string, userAgent: string): string {
  const beacon = JSON.parse(rawJson) as NaiveBeacon;
  return JSON.stringify(
    beacon.events.map((event) => ({
      event: 'AddToCart',
      event_time: Math.floor(new Date(event.at).getTime() / 1000),
      event_id: event.id,
      user: {
        email: event.draft.email ? sha(event.draft.email.trim().toLowerCase()) : undefined,
        ttclid: beacon.click?.id,
        ttp: beacon.ttp,
        ip,
        user_agent: userAgent,
      },
      properties: {
        currency: event.draft.currency,
        value: Number(event.draft.total),
        contents: event.draft.items?.map((item) => ({
          content_id: item.variant,
          content_name: item.title,
          price: Number(item.price),
          quantity: item.quantity,
        })),
        content_type: 'product',
      },
      page: event.page,
    })),
  );
}
