/** The guides in the app and in docs/ are the same, lead nowhere that does not exist, and start with the one asked for first. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

import { DRAWINGS } from '../../../app/ui/guide-drawings.ts';
import { guideFiles } from '../../../app/ui/guide-markdown.ts';
import { guideBySlug, GUIDES, piecesOf, type GuidePart } from '../../../app/ui/guides.ts';

const docs = new URL('../../../docs/guides/', import.meta.url);
const routes = readdirSync(new URL('../../../app/routes/', import.meta.url));

const textsOf = (part: GuidePart): readonly string[] => {
  switch (part.kind) {
    case 'steps':
      return part.steps;
    case 'points':
      return part.points;
    case 'text':
    case 'heading':
    case 'note':
      return [part.text];
    case 'drawing':
    case 'check':
      return [];
  }
};

it('has in docs/guides exactly what the app shows (else: npm run guides)', () => {
  const written = new Map(
    readdirSync(docs).map((name) => [name, readFileSync(new URL(name, docs), 'utf8')] as const),
  );
  expect(new Map([...written].sort())).toEqual(new Map([...guideFiles()].sort()));
});

it('starts with TikTok’s own data sharing', () => {
  expect(GUIDES[0]?.title).toBe('Disable TikTok’s own data sharing in Shopify');
});

it('links only to guides and pages that are there', () => {
  const links = GUIDES.flatMap(({ parts }) => parts.flatMap(textsOf)).flatMap(piecesOf);
  const guides = links.flatMap((piece) => (piece.kind === 'guide' ? [piece.to] : []));
  const pages = links.flatMap((piece) => (piece.kind === 'page' ? [piece.to] : []));
  expect(guides.filter((slug) => !guideBySlug(slug))).toEqual([]);
  expect(
    pages.filter((path) => {
      const name = `app.${path.slice(1) || '_index'}`;
      return !routes.some((route) => route === `${name}.tsx` || route === `${name}._index.tsx`);
    }),
  ).toEqual([]);
});

it('leaves no markup unread', () => {
  const plain = GUIDES.flatMap(({ parts }) => parts.flatMap(textsOf))
    .flatMap(piecesOf)
    .map(({ text }) => text);
  expect(plain.filter((text) => /\*\*|\]\(/.test(text))).toEqual([]);
});

it('draws every picture that exists somewhere, with words for those who cannot see it', () => {
  const shown = GUIDES.flatMap(({ parts }) => parts).flatMap((part) =>
    part.kind === 'drawing' ? [part] : [],
  );
  expect(new Set(shown.map(({ drawing }) => drawing))).toEqual(new Set(DRAWINGS));
  expect(shown.filter(({ alt }) => alt.length < 20)).toEqual([]);
});
