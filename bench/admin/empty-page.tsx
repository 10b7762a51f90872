/** The least that a Polaris page can be: what every page of Tock is measured beside. */
import { AppProvider, Page } from '@shopify/polaris';
import translations from '@shopify/polaris/locales/en.json' with { type: 'json' };

export function EmptyPage() {
  return (
    <AppProvider i18n={translations}>
      <Page title="Nothing">
        <p>Nothing is here.</p>
      </Page>
    </AppProvider>
  );
}
