/** Asks a server as fast as it answers, over a fixed number of connections, and measures what that cost. */
import { Pool } from 'undici';
import { cpuMsOf } from '../../test/support/app-processes.ts';
import type { Request } from './bodies.ts';

export interface PressOptions {
  port: number;
  connections: number;
  seconds: number;
  make: (index: number) => Request;
  /** Whose processor time counts. */
  pids: () => number[];
}

export interface Pressed {
  perSecond: number;
  /** Processor time of the measured processes for each acknowledged request. */
  cpuMicros: number;
  acknowledged: number;
  /** By status; 0 stands for no answer. */
  refused: Record<string, number>;
}

/** Not measured: caches fill, code gets compiled. The first few thousand requests cost any server twice as much. */
const WARM_UP_SECONDS = 5;

export async function press(options: PressOptions): Promise<Pressed> {
  const pool = new Pool(`http://127.0.0.1:${options.port}`, {
    connections: options.connections,
    pipelining: 1,
  });
  const refused: Record<string, number> = {};
  let index = 0;
  let acknowledged = 0;
  let until = 0;
  async function line(): Promise<void> {
    while (performance.now() < until) {
      const request = options.make(index);
      index += 1;
      let status = 0;
      try {
        const answer = await pool.request({ ...request, method: 'POST' });
        await answer.body.dump();
        status = answer.statusCode;
      } catch {
        status = 0;
      }
      if (status >= 200 && status < 300) acknowledged += 1;
      else refused[status] = (refused[status] ?? 0) + 1;
    }
  }
  const run = async (seconds: number): Promise<number> => {
    acknowledged = 0;
    const begin = performance.now();
    until = begin + seconds * 1_000;
    await Promise.all(Array.from({ length: options.connections }, line));
    return (performance.now() - begin) / 1_000;
  };
  const cpu = (): number => options.pids().reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  try {
    await run(WARM_UP_SECONDS);
    for (const status of Object.keys(refused)) delete refused[status];
    const before = cpu();
    const seconds = await run(options.seconds);
    const cpuMs = cpu() - before;
    return {
      perSecond: Math.round(acknowledged / seconds),
      cpuMicros: Math.round((cpuMs * 1_000) / Math.max(1, acknowledged)),
      acknowledged,
      refused,
    };
  } finally {
    await pool.destroy();
  }
}
