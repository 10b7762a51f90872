/** A TCP proxy that can delay, cut and half-open what it carries: put before PostgreSQL or an HTTP server. */

import { createServer, connect, type Socket } from 'node:net';

export type ProxyMode =
  | { kind: 'calm' }
  /** Every piece of data, both ways, arrives this much later; order is kept. */
  | { kind: 'delay'; ms: number }
  /** Connections stay open and carry nothing any more, old ones and new ones, and stay dead after calm returns. */
  | { kind: 'half-open' }
  /** What the client says arrives; what the server answers is lost, and the connection stays open: a commit of unknown outcome. */
  | { kind: 'answers-lost' }
  /** New connections are reset at once; old ones go on. */
  | { kind: 'refuse' }
  /** A connection is reset once it has carried this many bytes from the server. */
  | { kind: 'cut-after'; bytes: number };

export interface TcpProxyOptions {
  /** An address, or the path of a Unix socket. */
  target: { host: string; port: number } | { path: string };
  /** 0 takes a free port. */
  port?: number;
}

export interface TcpProxy {
  host: '127.0.0.1';
  port: number;
  mode(): ProxyMode;
  set(mode: ProxyMode): void;
  /** Resets every open connection; answers how many there were. */
  cut(): number;
  /** Open connections, dead ones included. */
  connections(): number;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  server: Socket;
  /** Half-opened: nothing passes in this direction any more. */
  mute: { up: boolean; down: boolean };
  carriedDown: number;
  timers: Set<NodeJS.Timeout>;
}

export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  let mode: ProxyMode = { kind: 'calm' };
  const pairs = new Set<Pair>();

  function drop(pair: Pair, how: 'reset' | 'close') {
    for (const timer of pair.timers) clearTimeout(timer);
    pairs.delete(pair);
    for (const [socket, tcp] of [
      [pair.client, true],
      [pair.server, !('path' in options.target)],
    ] as const) {
      // A Unix socket knows no reset.
      if (how === 'reset' && tcp) socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  function later(pair: Pair, ms: number, task: () => void) {
    const timer = setTimeout(() => {
      pair.timers.delete(timer);
      task();
    }, ms);
    pair.timers.add(timer);
  }

  function carry(pair: Pair, direction: 'up' | 'down') {
    const [from, to] = direction === 'up' ? [pair.client, pair.server] : [pair.server, pair.client];
    // A piece never overtakes the one before it, also when the delay has just become shorter.
    let lastAt = 0;
    const pass = (deliver: () => void) => {
      const now = performance.now();
      const at = Math.max(lastAt, mode.kind === 'delay' ? now + mode.ms : now);
      lastAt = at;
      if (at <= now) deliver();
      else later(pair, at - now, deliver);
    };

    from.on('data', (piece: Buffer) => {
      if (mode.kind === 'half-open') pair.mute.up = pair.mute.down = true;
      if (mode.kind === 'answers-lost' && direction === 'down') pair.mute.down = true;
      if (pair.mute[direction]) return;
      if (direction === 'down') {
        const left = mode.kind === 'cut-after' ? mode.bytes - pair.carriedDown : Infinity;
        pair.carriedDown += piece.length;
        if (piece.length >= left) {
          if (left > 0) to.write(piece.subarray(0, left), () => drop(pair, 'close'));
          else drop(pair, 'reset');
          return;
        }
      }
      pass(() => {
        if (to.destroyed || to.write(piece)) return;
        from.pause();
        to.once('drain', () => from.resume());
      });
    });
    from.on('end', () => {
      if (pair.mute[direction] || mode.kind === 'half-open') return;
      pass(() => to.end());
    });
    from.on('close', () => {
      // A dead connection gives no sign of life, not even its end; the other side learns nothing.
      if (pair.mute.up || pair.mute.down) {
        if (pair.client.destroyed && pair.server.destroyed) pairs.delete(pair);
        if (direction === 'up') drop(pair, 'close');
        return;
      }
      pass(() => drop(pair, 'close'));
    });
    // Both ends may reset at any time; 'close' follows and does what is to be done.
    from.on('error', () => undefined);
  }

  const listener = createServer({ allowHalfOpen: true }, (client) => {
    if (mode.kind === 'refuse') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const server = connect({ ...options.target, allowHalfOpen: true });
    const dead = mode.kind === 'half-open';
    const pair: Pair = {
      client,
      server,
      mute: { up: dead, down: dead },
      carriedDown: 0,
      timers: new Set(),
    };
    pairs.add(pair);
    carry(pair, 'up');
    carry(pair, 'down');
  });

  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  return {
    host: '127.0.0.1',
    port,
    mode: () => mode,
    set(next) {
      mode = next;
      if (next.kind === 'half-open') for (const pair of pairs) pair.mute.up = pair.mute.down = true;
    },
    cut() {
      const open = [...pairs];
      for (const pair of open) drop(pair, 'reset');
      return open.length;
    },
    connections: () => pairs.size,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const pair of [...pairs]) drop(pair, 'close');
      }),
  };
}
