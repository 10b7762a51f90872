/** Wakes the empty page in the browser. */
import { hydrateRoot } from 'react-dom/client';
import { EmptyPage } from './empty-page.tsx';

const root = document.getElementById('root');
if (root) hydrateRoot(root, <EmptyPage />);
