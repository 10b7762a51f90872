/** A guide as the app shows it: its words, its drawings, and the button that looks at the storefront. */
import { Banner, BlockStack, Box, Card, Link, List, Text } from '@shopify/polaris';
import { Fragment, type ReactNode } from 'react';

import { drawingSvg } from './guide-drawings.ts';
import { piecesOf, type Guide, type GuidePart } from './guides.ts';

interface GuideViewProps {
  guide: Guide;
  /** What stands where the guide lets staff check their storefront. */
  check: ReactNode;
}

export function GuideView({ guide, check }: GuideViewProps) {
  return (
    <Card>
      <BlockStack gap="400">
        {guide.parts.map((part, index) => (
          <Fragment key={index}>{part.kind === 'check' ? check : <Part part={part} />}</Fragment>
        ))}
      </BlockStack>
    </Card>
  );
}

function Part({ part }: { part: Exclude<GuidePart, { kind: 'check' }> }) {
  switch (part.kind) {
    case 'text':
      return (
        <Text as="p">
          <Inline text={part.text} />
        </Text>
      );
    case 'heading':
      return (
        <Text as="h2" variant="headingMd">
          {part.text}
        </Text>
      );
    case 'steps':
      return <Items type="number" items={part.steps} />;
    case 'points':
      return <Items type="bullet" items={part.points} />;
    case 'note':
      return (
        <Banner tone="info">
          <p>
            <Inline text={part.text} />
          </p>
        </Banner>
      );
    case 'drawing':
      return (
        <Box borderColor="border" borderWidth="025" borderRadius="200" overflowX="hidden" maxWidth="40rem">
          <img
            src={`data:image/svg+xml,${encodeURIComponent(drawingSvg(part.drawing))}`}
            alt={part.alt}
            style={{ display: 'block', width: '100%', height: 'auto' }}
          />
        </Box>
      );
  }
}

function Items({ type, items }: { type: 'number' | 'bullet'; items: readonly string[] }) {
  return (
    <List type={type} gap="loose">
      {items.map((item) => (
        <List.Item key={item}>
          <Inline text={item} />
        </List.Item>
      ))}
    </List>
  );
}

function Inline({ text }: { text: string }) {
  return piecesOf(text).map((piece, index) => {
    switch (piece.kind) {
      case 'plain':
        return <Fragment key={index}>{piece.text}</Fragment>;
      case 'screen':
        return <strong key={index}>{piece.text}</strong>;
      case 'guide':
        return (
          <Link key={index} url={`/app/guides/${piece.to}`}>
            {piece.text}
          </Link>
        );
      case 'page':
        return (
          <Link key={index} url={`/app${piece.to}`}>
            {piece.text}
          </Link>
        );
    }
  });
}
