/** Thirty days of orders as stacked bars, drawn by ourselves; the same numbers stand in a table for who prefers that. */
import { BlockStack, Button, Card, DataTable, InlineStack, Text } from '@shopify/polaris';
import { useState } from 'react';

import { HOME_TEXT } from './texts-home.ts';

export interface ChartDay {
  /** "Nov 21" */
  label: string;
  sent: number;
  waiting: number;
  skipped: number;
  refused: number;
}

export interface ChartWords {
  days: ChartDay[];
  /** What the longest bar stands for. */
  most: string;
  /** The same for reading: the day, then its parts. */
  rows: string[][];
  summary: string;
}

/** From the bottom up. */
export const CHART_PARTS = ['sent', 'waiting', 'skipped', 'refused'] as const;
const COLORS = { sent: '#29845a', waiting: '#b28400', skipped: '#8a8a8a', refused: '#c70a24' } as const;

const HEIGHT = 120;
const SLOT = 10;
const BAR = 7;

export function OrdersChart({ chart }: { chart: ChartWords }) {
  const [table, setTable] = useState(false);
  const most = Math.max(0, ...chart.days.map(sumOf));
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="headingMd">
            {HOME_TEXT.chart}
          </Text>
          {most > 0 ? (
            <Button variant="plain" onClick={() => setTable((now) => !now)}>
              {table ? HOME_TEXT.asChart : HOME_TEXT.asTable}
            </Button>
          ) : null}
        </InlineStack>
        {most === 0 ? (
          <Text as="p" tone="subdued">
            {HOME_TEXT.chartEmpty}
          </Text>
        ) : table ? (
          <Table rows={chart.rows} />
        ) : (
          <Bars chart={chart} most={most} />
        )}
      </BlockStack>
    </Card>
  );
}

const sumOf = ({ sent, waiting, skipped, refused }: ChartDay): number => sent + waiting + skipped + refused;

/** Labels are text beside the drawing, so that they stay readable however narrow it is drawn. */
function Bars({ chart: { days, summary, most: mostWords }, most }: { chart: ChartWords; most: number }) {
  return (
    <BlockStack gap="200">
      <InlineStack gap="400">
        {CHART_PARTS.map((key) => (
          <InlineStack key={key} gap="100" blockAlign="center">
            <svg width="12" height="12" aria-hidden="true" focusable="false">
              <rect width="12" height="12" rx="2" fill={COLORS[key]} />
            </svg>
            <Text as="span" variant="bodySm">
              {HOME_TEXT.numbers[key]}
            </Text>
          </InlineStack>
        ))}
      </InlineStack>
      <Text as="span" variant="bodySm" tone="subdued" numeric>
        {mostWords}
      </Text>
      <svg
        role="img"
        aria-label={summary}
        viewBox={`0 0 ${days.length * SLOT} ${HEIGHT}`}
        preserveAspectRatio="none"
        style={{ width: '100%', height: '8rem', display: 'block' }}
      >
        <line
          x1="0"
          x2={days.length * SLOT}
          y1="0.5"
          y2="0.5"
          stroke="#e3e3e3"
          vectorEffect="non-scaling-stroke"
        />
        <line
          x1="0"
          x2={days.length * SLOT}
          y1={HEIGHT - 0.5}
          y2={HEIGHT - 0.5}
          stroke="#8a8a8a"
          vectorEffect="non-scaling-stroke"
        />
        {days.map((day, place) => (
          <Bar key={day.label} day={day} x={place * SLOT + (SLOT - BAR) / 2} most={most} />
        ))}
      </svg>
      <InlineStack align="space-between">
        {[days[0], days[Math.floor(days.length / 2)], days.at(-1)].map((day, place) => (
          <Text key={`${place}`} as="span" variant="bodySm" tone="subdued">
            {day?.label}
          </Text>
        ))}
      </InlineStack>
    </BlockStack>
  );
}

function Bar({ day, x, most }: { day: ChartDay; x: number; most: number }) {
  let top = HEIGHT;
  return (
    <g>
      {CHART_PARTS.map((key) => {
        const height = (day[key] / most) * HEIGHT;
        top -= height;
        return height === 0 ? null : (
          <rect key={key} x={x} y={top} width={BAR} height={height} fill={COLORS[key]} />
        );
      })}
    </g>
  );
}

function Table({ rows }: { rows: string[][] }) {
  const names = CHART_PARTS.map((part) => HOME_TEXT.numbers[part]);
  return (
    <DataTable
      columnContentTypes={['text', 'numeric', 'numeric', 'numeric', 'numeric']}
      headings={[HOME_TEXT.day, ...names]}
      rows={[...rows].reverse()}
      increasedTableDensity
    />
  );
}
