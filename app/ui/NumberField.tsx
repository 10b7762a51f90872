/** One whole number of the settings, with its unit, no wider than such a number needs. */
import { Box, TextField } from '@shopify/polaris';

/** What is no whole number goes to the check as it is, which says so beside the field. */
export const wholeNumber = (text: string): number | string =>
  /^\d{1,9}$/.test(text.trim()) ? Number(text) : text;

interface NumberFieldProps {
  label: string;
  /** As it is typed. */
  value: string;
  unit: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

export function NumberField({ label, value, unit, error, onChange }: NumberFieldProps) {
  return (
    <Box maxWidth="20rem">
      <TextField
        label={label}
        value={value}
        onChange={onChange}
        error={error ?? false}
        suffix={unit}
        inputMode="numeric"
        autoComplete="off"
      />
    </Box>
  );
}
