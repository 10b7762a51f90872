/** Writes the guides as Markdown files with their drawings, for readers outside the app. */
import { drawingSvg, DRAWINGS } from './guide-drawings.ts';
import { GUIDES, piecesOf, type Guide, type GuidePart } from './guides.ts';

/** Everything in `docs/guides/`, by file name. */
export function guideFiles(): Map<string, string> {
  return new Map([
    ['README.md', contents()],
    ...GUIDES.map((guide): [string, string] => [`${guide.slug}.md`, guideMarkdown(guide)]),
    ...DRAWINGS.map((drawing): [string, string] => [`${drawing}.svg`, drawingSvg(drawing)]),
  ]);
}

function contents(): string {
  const lines = GUIDES.map(({ slug, title, summary }) => `- [${title}](${slug}.md): ${summary}`);
  return `# Guides for merchants\n\nThe app shows the same under Guides. Written from \`app/ui/guides.ts\` by \`npm run guides\`.\n\n${lines.join('\n')}\n`;
}

function guideMarkdown({ title, summary, parts }: Guide): string {
  return `# ${title}\n\n${summary}\n\n${parts.map(partMarkdown).join('\n\n')}\n`;
}

function partMarkdown(part: GuidePart): string {
  switch (part.kind) {
    case 'text':
      return inline(part.text);
    case 'heading':
      return `## ${part.text}`;
    case 'steps':
      return part.steps.map((step, index) => `${index + 1}. ${inline(step)}`).join('\n');
    case 'points':
      return part.points.map((point) => `- ${inline(point)}`).join('\n');
    case 'note':
      return `> ${inline(part.text)}`;
    case 'drawing':
      return `![${part.alt}](${part.drawing}.svg)`;
    case 'check':
      return 'In the app, **Guides** has a button here: **Check my storefront**.';
  }
}

function inline(text: string): string {
  return piecesOf(text)
    .map((piece) => {
      switch (piece.kind) {
        case 'plain':
          return piece.text;
        case 'screen':
        case 'page':
          return `**${piece.text}**`;
        case 'guide':
          return `[${piece.text}](${piece.to}.md)`;
      }
    })
    .join('');
}
