/** Which pixel a settings page is about; a shop with one pixel is not asked. */
import { useNavigate } from '@remix-run/react';
import { Select } from '@shopify/polaris';

import { EVENTS_TEXT } from './texts-settings.ts';

interface PixelChoiceProps {
  pixels: { id: string; name: string }[];
  current: string;
  /** The page's address without the choice. */
  page: string;
  /** While something is changed and not saved. */
  disabled: boolean;
}

export function PixelChoice({ pixels, current, page, disabled }: PixelChoiceProps) {
  const navigate = useNavigate();
  if (pixels.length < 2) return null;
  return (
    <Select
      label={EVENTS_TEXT.pixel}
      options={pixels.map(({ id, name }) => ({ value: id, label: name }))}
      value={current}
      onChange={(id) => navigate(`${page}?pixel=${id}`)}
      disabled={disabled}
    />
  );
}
