/** How long Tock keeps what it knows of orders and visits. */
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { useActionData, useLoaderData, useNavigate, useSubmit } from '@remix-run/react';
import { Modal, TitleBar, useAppBridge } from '@shopify/app-bridge-react';
import { BlockStack, Box, Card, FormLayout, List, Page, Text } from '@shopify/polaris';

import { textOf } from '../ui/answer-settings.ts';
import { NumberField } from '../ui/NumberField.tsx';
import { SavedNotice, type SettingsAnswer } from '../ui/SavedNotice.tsx';
import { SettingsBar } from '../ui/SettingsBar.tsx';
import { KEEP_TEXT, SETTINGS_TEXT } from '../ui/texts-settings-page.ts';
import { useDraft } from '../ui/use-draft.tsx';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, staff } = await context.house.requireShop(request);
  const { pageDays, orderMonths, bounds } = await context.house.keepOf(shop.id);
  return {
    stored: { pageDays: String(pageDays), orderMonths: String(orderMonths) },
    bounds,
    owner: staff.owner,
  };
}

export async function action({ context, request }: ActionFunctionArgs): Promise<SettingsAnswer> {
  const { shop, staff, actor } = await context.house.requireShop(request);
  const form = await request.formData();
  // What is no number is refused beside its field like any other wrong one.
  const number = (name: string): number => (/^\d+$/.test(textOf(form, name)) ? Number(form.get(name)) : NaN);
  const kept = await context.house.changeKeep(
    shop.id,
    { pageDays: number('pageDays'), orderMonths: number('orderMonths') },
    { actor, owner: staff.owner },
  );
  return {
    done: kept.ok ? 'saved' : null,
    undo: null,
    warning: null,
    errors: kept.ok ? {} : kept.errors,
    at: context.house.clock.now().toISOString(),
  };
}

const SHORTER = 'keep-for-less';

export default function Data() {
  const { stored, bounds, owner } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const submit = useSubmit();
  const navigate = useNavigate();
  const draft = useDraft(stored);
  const errors = draft.changed && answer?.done === null ? answer.errors : {};
  const shopify = useAppBridge();
  const { orderMonths, pageDays } = draft.value;
  const lost = [
    ...(Number(orderMonths) < Number(stored.orderMonths) ? [KEEP_TEXT.lostOrders(orderMonths)] : []),
    ...(Number(pageDays) < Number(stored.pageDays) ? [KEEP_TEXT.lostPages(pageDays)] : []),
  ];
  const save = () => submit(draft.value, { method: 'post' });
  // Whoever may not is told so beside the field; whoever may is asked once more.
  const ask = () => (owner && lost.length > 0 ? void shopify.modal.show(SHORTER) : save());
  return (
    <Page
      title={KEEP_TEXT.title}
      subtitle={KEEP_TEXT.intro}
      backAction={{ content: SETTINGS_TEXT.title, onAction: () => navigate('/app/settings') }}
    >
      <SettingsBar open={draft.changed} onSave={ask} onDiscard={draft.discard} />
      <BlockStack gap="400">
        <SavedNotice answer={answer} changed={draft.changed} />
        <Card>
          <FormLayout>
            <NumberField
              label={KEEP_TEXT.orders}
              value={draft.value.orderMonths}
              unit={KEEP_TEXT.months}
              error={errors.orderMonths}
              onChange={(orderMonths) => draft.set((now) => ({ ...now, orderMonths }))}
            />
            <Text as="p" tone="subdued">
              {KEEP_TEXT.ordersText(bounds.orderMonths)}
            </Text>
            <NumberField
              label={KEEP_TEXT.pages}
              value={draft.value.pageDays}
              unit={SETTINGS_TEXT.days}
              error={errors.pageDays}
              onChange={(pageDays) => draft.set((now) => ({ ...now, pageDays }))}
            />
            <Text as="p" tone="subdued">
              {KEEP_TEXT.pagesText(bounds.pageDays)}
            </Text>
            <Text as="p">{owner ? KEEP_TEXT.shorter : KEEP_TEXT.ownerOnly}</Text>
          </FormLayout>
        </Card>
      </BlockStack>
      <Modal id={SHORTER}>
        <Box padding="400">
          <List>
            {[...lost, ...KEEP_TEXT.lostForGood].map((point) => (
              <List.Item key={point}>{point}</List.Item>
            ))}
          </List>
        </Box>
        <TitleBar title={KEEP_TEXT.sure}>
          <button
            variant="primary"
            tone="critical"
            onClick={() => {
              void shopify.modal.hide(SHORTER);
              save();
            }}
          >
            {KEEP_TEXT.delete}
          </button>
          <button onClick={() => void shopify.modal.hide(SHORTER)}>{KEEP_TEXT.cancel}</button>
        </TitleBar>
      </Modal>
    </Page>
  );
}
