/** Every address that is no page. */
export function loader() {
  throw new Response('There is no such page.', { status: 404 });
}

export default function NoPage() {
  return null;
}
