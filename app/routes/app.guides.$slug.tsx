/** One guide; where it is about other senders, with what the newest look at the storefront found. */
import { json, type ActionFunctionArgs, type LoaderFunctionArgs } from '@remix-run/node';
import { useActionData, useLoaderData, useNavigate, useNavigation, useSubmit } from '@remix-run/react';
import { Page } from '@shopify/polaris';

import { guideBySlug } from '../ui/guides.ts';
import { GuideView } from '../ui/GuideView.tsx';
import { StorefrontCheckCard } from '../ui/StorefrontCheckCard.tsx';
import { tooOften } from '../ui/texts.ts';
import { GUIDES_TEXT } from '../ui/texts-guides.ts';
import { checkWords } from '../ui/texts-radar.ts';

export async function loader({ context, params, request }: LoaderFunctionArgs) {
  const { shop, staff } = await context.house.requireShop(request);
  const guide = guideBySlug(params.slug ?? '');
  if (!guide) throw new Response('This guide is not here.', { status: 404 });
  const checks = guide.parts.some(({ kind }) => kind === 'check');
  const found = checks ? await context.house.radarFindings(shop) : null;
  const check = found && checkWords(found, { timeZone: shop.timeZone, locale: staff.locale });
  return { slug: guide.slug, check };
}

/** Looks at the storefront now; the loader then tells what was found. */
export async function action({ context, request }: ActionFunctionArgs) {
  const { shop } = await context.house.requireShop(request);
  const wait = context.house.presses.wait(shop.id, 'storefront');
  if (wait !== null) return json({ tooOften: tooOften(wait) }, 429);
  await context.house.checkStorefront(shop);
  return null;
}

export default function GuidePage() {
  const { slug, check } = useLoaderData<typeof loader>();
  const said = useActionData<typeof action>();
  const guide = guideBySlug(slug);
  const navigate = useNavigate();
  const submit = useSubmit();
  const checking = useNavigation().formMethod === 'POST';
  if (!guide) return null;
  return (
    <Page
      title={guide.title}
      subtitle={guide.summary}
      backAction={{ content: GUIDES_TEXT.title, onAction: () => navigate('/app/guides') }}
    >
      <GuideView
        guide={guide}
        check={
          <StorefrontCheckCard
            check={check}
            checking={checking}
            problem={said?.tooOften}
            onCheck={() => submit(null, { method: 'post' })}
          />
        }
      />
    </Page>
  );
}
