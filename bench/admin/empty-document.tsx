/** The empty page as its server sends it. */
import { renderToString } from 'react-dom/server';
import { EmptyPage } from './empty-page.tsx';

export const html = renderToString(<EmptyPage />);
