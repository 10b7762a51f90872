/** Adding a pixel: code, token and, while testing, a test event code. */
import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from '@remix-run/node';
import { useActionData, useLoaderData, useNavigate } from '@remix-run/react';
import { Page } from '@shopify/polaris';

import { PixelForm, type PixelFields } from '../ui/PixelForm.tsx';
import { PIXEL_TEXT } from '../ui/texts-pixels.ts';
import { zoneName } from '../ui/words-for.ts';

const EMPTY: PixelFields = {
  name: '',
  code: '',
  token: '',
  testEventCode: '',
  browserLeg: 'off',
  activeFrom: '',
};

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, staff } = await context.house.requireShop(request);
  return { zone: zoneName({ timeZone: shop.timeZone, locale: staff.locale }) };
}

export async function action({ context, request }: ActionFunctionArgs) {
  const { store, shop, staff, actor } = await context.house.requireShop(request);
  const outcome = await context.house
    .checkedPixelsOf(store, shop, staff)
    .add(Object.fromEntries(await request.formData()), actor);
  if (outcome.ok) return redirect(`/app/pixels/${outcome.pixel.id}?added=1`);
  return {
    errors: outcome.problem === 'fields' ? outcome.errors : {},
    unclear: outcome.problem === 'unclear' ? outcome.message : null,
  };
}

export default function NewPixel() {
  const { zone } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const navigate = useNavigate();
  return (
    <Page
      title={PIXEL_TEXT.add}
      backAction={{ content: PIXEL_TEXT.title, onAction: () => navigate('/app/pixels') }}
    >
      <PixelForm
        stored={EMPTY}
        zone={zone}
        errors={answer?.errors ?? {}}
        unclear={answer?.unclear ?? null}
        savedAt=""
      />
    </Page>
  );
}
