/** Writes `docs/guides/` from the guides that the app shows: `npm run guides`. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { guideFiles } from '../app/ui/guide-markdown.ts';

const folder = new URL('../docs/guides/', import.meta.url);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, content] of guideFiles()) writeFileSync(new URL(name, folder), content);
