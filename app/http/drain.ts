/** Ends a server without losing a request that was accepted: no new connections, open requests finish, idle ones close. */
import type { Server, ServerResponse } from 'node:http';

export interface Drain {
  /** Counts a request as open until its answer has left. */
  begin(res: ServerResponse): void;
  /** True once draining: answers then carry `connection: close`. */
  readonly draining: boolean;
  readonly open: number;
  /** Resolves when every accepted request is answered; false when `patienceMs` ran out first. */
  finish(patienceMs: number): Promise<boolean>;
}

export function createDrain(server: Server): Drain {
  const open = new Set<ServerResponse>();
  let draining = false;
  let drained: (() => void) | undefined;
  return {
    begin(res) {
      open.add(res);
      if (draining) res.setHeader('connection', 'close');
      res.once('close', () => {
        open.delete(res);
        if (draining && open.size === 0) drained?.();
      });
    },
    get draining() {
      return draining;
    },
    get open() {
      return open.size;
    },
    async finish(patienceMs) {
      draining = true;
      for (const res of open) if (!res.headersSent) res.setHeader('connection', 'close');
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Connections that wait between two requests carry nothing that was accepted.
      server.closeIdleConnections();
      const answered =
        open.size === 0 ? Promise.resolve() : new Promise<void>((resolve) => (drained = resolve));
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), patienceMs);
      });
      const outcome = await Promise.race([answered, late]);
      if (outcome !== 'late') server.closeIdleConnections();
      else server.closeAllConnections();
      await Promise.race([closed, late]);
      clearTimeout(timer);
      server.closeAllConnections();
      await closed;
      return outcome !== 'late';
    },
  };
}
