/** The history of changes: who changed what, and when, with the old and the new value. */
import type { LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData, useNavigate, useSearchParams } from '@remix-run/react';
import { BlockStack, Box, Card, EmptyState, InlineStack, Page, Pagination, Select } from '@shopify/polaris';

import { AuditList } from '../ui/AuditList.tsx';
import { AUDIT_KINDS, AUDIT_TEXT } from '../ui/texts-audit.ts';
import { SETTINGS_TEXT } from '../ui/texts-settings-page.ts';
import { auditWords } from '../ui/words-for-audit.ts';

const PAGE = 25;

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, staff, store } = await context.house.requireShop(request);
  const search = new URL(request.url).searchParams;
  const kind = AUDIT_KINDS.find((known) => known.kind === search.get('kind'));
  const [pixels, entries] = await Promise.all([
    store.pixels.list({ removed: true }),
    store.audit.list({
      limit: PAGE + 1,
      before: search.get('before') ?? undefined,
      actions: kind?.actions,
    }),
  ]);
  const names = new Map(pixels.map(({ id, name }) => [id, name]));
  const words = { timeZone: shop.timeZone, locale: staff.locale };
  const shown = entries.slice(0, PAGE);
  return {
    entries: shown.map((entry) => auditWords(entry, names, words)),
    next: entries.length > PAGE ? (shown.at(-1)?.id ?? null) : null,
  };
}

export default function Audit() {
  const { entries, next } = useLoaderData<typeof loader>();
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const first = !search.has('before');
  const kind = search.get('kind') ?? '';
  return (
    <Page
      title={AUDIT_TEXT.title}
      subtitle={AUDIT_TEXT.intro}
      backAction={{ content: SETTINGS_TEXT.title, onAction: () => navigate('/app/settings') }}
    >
      <BlockStack gap="400">
        <Box maxWidth="20rem" paddingInline={{ xs: '400', sm: '0' }}>
          <Select
            label={AUDIT_TEXT.filter}
            options={[
              { value: '', label: AUDIT_TEXT.everything },
              ...AUDIT_KINDS.map((known) => ({ value: known.kind, label: known.label })),
            ]}
            value={kind}
            onChange={(chosen) => setSearch(chosen === '' ? {} : { kind: chosen })}
          />
        </Box>
        <Card padding={entries.length > 0 ? '0' : '400'}>
          {entries.length > 0 ? (
            <AuditList entries={entries} />
          ) : (
            <EmptyState heading={kind === '' ? AUDIT_TEXT.empty : AUDIT_TEXT.noneOfKind} image="">
              <p>{kind === '' ? AUDIT_TEXT.emptyText : AUDIT_TEXT.noneOfKindText}</p>
            </EmptyState>
          )}
        </Card>
        {next !== null || !first ? (
          <InlineStack align="center">
            <Pagination
              hasPrevious={!first}
              onPrevious={() => navigate(-1)}
              previousTooltip={AUDIT_TEXT.newer}
              hasNext={next !== null}
              onNext={() =>
                setSearch((now) => {
                  now.set('before', next ?? '');
                  return now;
                })
              }
              nextTooltip={AUDIT_TEXT.older}
            />
          </InlineStack>
        ) : null}
      </BlockStack>
    </Page>
  );
}
