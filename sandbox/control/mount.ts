/** Mounts the control page, the guided story and the control API: `GET /control/state`, `POST /control/<command>`. */

import { readFileSync } from 'node:fs';
import { html, json, script, type Router } from '../http.ts';
import type { World } from '../world.ts';
import { controlPage } from './control-page.ts';
import { storyPage } from './story.ts';
import { commands, run, switchPositions } from './switchboard.ts';

export function mountControl(router: Router, world: World): void {
  const asset = (name: string) => readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8');
  router.get('/control', () => html(controlPage(switchPositions(world))));
  router.get('/story', () => html(storyPage(switchPositions(world))));
  router.get('/control/page.js', () => script(asset('control.js')));
  router.get('/control/page.css', () => ({
    status: 200,
    headers: { 'content-type': 'text/css; charset=utf-8' },
    body: asset('control.css'),
  }));
  router.get('/control/state', () => json(switchPositions(world)));
  router.get('/control/commands', () => json({ commands: Object.keys(commands) }));
  router.get('/control/events', (request) => {
    const kind = request.query.get('kind');
    const limit = Number(request.query.get('limit') ?? 200);
    const found = world.events.filter((event) => kind === null || event.kind.startsWith(kind));
    return json({ events: found.slice(-limit) });
  });
  router.post('/control/*', async (request) => {
    const name = request.params['*'] ?? '';
    const body = await request.text();
    try {
      const given: unknown = body.trim() === '' ? {} : JSON.parse(body);
      const done = await run(world, name, given);
      return done ? json(done) : json({ error: `There is no command ${name}; see /control/commands.` }, 404);
    } catch (error) {
      return json({ error: error instanceof Error ? error.message : String(error) }, 400);
    }
  });
}
