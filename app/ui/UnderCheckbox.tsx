/** What belongs to a checkbox and is not its help text, as far in as Polaris puts that: under the words, not under the box. */
import { Box } from '@shopify/polaris';
import type { ReactNode } from 'react';

/** Polaris has no space as wide as its box and the gap beside it, and the box grows where fingers are used. */
const THE_REST = { xs: '100', md: '050' } as const;

interface UnderCheckboxProps {
  children: ReactNode;
  minHeight?: string;
}

export function UnderCheckbox({ children, minHeight }: UnderCheckboxProps) {
  return (
    <Box paddingInlineStart="600" {...(minHeight === undefined ? {} : { minHeight })}>
      <Box paddingInlineStart={THE_REST}>{children}</Box>
    </Box>
  );
}
