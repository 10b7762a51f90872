/** The Events API's edge: `POST /open_api/v1.3/event/track/`, with TikTok's answers and its misbehaviour. */

import type { ServerResponse } from 'node:http';
import { answered, json, text, type Router, type SandboxAnswer, type SandboxRequest } from '../http.ts';
import type { World } from '../world.ts';
import { noteRequest, takeTrack, tiktokOf, withinLimits, type Business } from './business.ts';
import { describeFault, meetFault, type FaultKind } from './faults.ts';
import {
  codes,
  httpStatus,
  readTrack,
  refusePixel,
  refuseToken,
  tooMany,
  type Refusal,
  type Track,
} from './rules.ts';

/** A thousand events with long click ids and addresses stay far below this. */
const bodyLimit = 32 * 1024 * 1024;

const gatewayPage = (status: number) =>
  `<html>\r\n<head><title>${status} Bad Gateway</title></head>\r\n<body>\r\n<center><h1>${status} Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;

function judgeRequest(
  business: Business,
  token: string | undefined,
  body: string,
  now: Date,
): { refusal: Refusal; track?: Track } | { refusal: undefined; track: Track } {
  const badToken = refuseToken(token, (given) => business.tokens.get(given));
  if (badToken) return { refusal: badToken };
  if (!withinLimits(business, now.getTime())) return { refusal: tooMany };
  const read = readTrack(body, now);
  if (!read.ok) return { refusal: read.refusal };
  const standing = business.tokens.get(token ?? '');
  if (!standing)
    return { refusal: { code: codes.deadToken, message: 'Access token is incorrect or has been revoked.' } };
  const refusal = refusePixel(read.track.sourceId, standing, business.pixels.get(read.track.sourceId));
  return refusal ? { refusal, track: read.track } : { refusal: undefined, track: read.track };
}

/** The pixel that a body names, whatever else is wrong with it. */
function namedPixel(body: string): string | undefined {
  return /"event_source_id"\s*:\s*"([^"]*)"/.exec(body)?.[1];
}

export function mountTrack(router: Router, world: World): void {
  const business = tiktokOf(world);

  async function track(
    request: SandboxRequest,
    res: ServerResponse,
  ): Promise<SandboxAnswer | typeof answered> {
    const now = world.clock.now();
    const requestId = `${now.toISOString().replace(/\D/g, '').slice(0, 14)}${world.random.hex(18).toUpperCase()}`;
    const cutAtOnce = business.switches.faults.some(
      ({ what }) => what.kind === 'reset' && what.moment === 'at-once',
    );
    // A connection that is cut before the body was read names no pixel.
    const early = cutAtOnce
      ? meetFault(business.switches.faults, undefined, now.getTime(), world.random)
      : undefined;
    const body = early?.kind === 'reset' && early.moment === 'at-once' ? '' : await request.text(bodyLimit);
    const fault = early ?? meetFault(business.switches.faults, namedPixel(body), now.getTime(), world.random);

    const judged = judgeRequest(business, request.header('access-token'), body, now);
    const replaced = fault !== undefined && 'taken' in fault;
    const taken = judged.refusal === undefined && (!replaced || fault.taken);
    if (judged.refusal === undefined && taken) takeTrack(business, now, judged.track, requestId);

    const usual = judged.refusal ?? { code: codes.ok, message: 'OK' };
    const plain = json(
      { ...usual, request_id: requestId, data: {} },
      httpStatus(usual.code, business.switches.statusStyle),
    );
    const answer = fault ? faultyAnswer(fault, plain, requestId) : plain;
    const note = {
      at: now.toISOString(),
      requestId,
      pixel: judged.track?.sourceId ?? namedPixel(body),
      events: judged.track?.events.length ?? 0,
      status: answer?.status,
      code: fault ? (fault.kind === 'code' ? fault.code : undefined) : usual.code,
      message: fault ? describeFault(fault) : usual.message,
      fault: fault?.kind,
      taken,
    };
    noteRequest(business, note);
    world.record('tiktok.track', null, {
      requestId,
      pixel: note.pixel ?? null,
      events: note.events,
      status: note.status ?? null,
      code: note.code ?? null,
      message: note.message,
      taken,
    });
    if (!fault) return plain;
    return deliver(fault, answer, res);
  }

  router.post('/tiktok/open_api/v1.3/event/track/', track);
  router.on('*', '/tiktok/open_api/v1.3/event/track', () => text('404 page not found', 404));
  router.on('*', '/tiktok/open_api/*', () =>
    json({ code: 40006, message: 'The sandbox stands in for /v1.3/event/track/ only.', data: {} }, 404),
  );
}

/** `undefined` where no answer comes at all. */
function faultyAnswer(fault: FaultKind, plain: SandboxAnswer, requestId: string): SandboxAnswer | undefined {
  switch (fault.kind) {
    case 'code':
      return json(
        { code: fault.code, message: fault.message, request_id: requestId, data: {} },
        fault.status,
      );
    case 'html':
      return {
        status: fault.status,
        headers: { 'content-type': 'text/html' },
        body: gatewayPage(fault.status),
      };
    case 'slow-first-byte':
    case 'slow-body':
      return plain;
    case 'reset':
      return fault.moment === 'within-the-answer' ? plain : undefined;
    case 'half-open':
      return undefined;
  }
}

/** Ends early when the client hangs up, so that no timer outlives its connection. */
function pause(ms: number, res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      res.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    res.once('close', done);
  });
}

async function deliver(
  fault: FaultKind,
  answer: SandboxAnswer | undefined,
  res: ServerResponse,
): Promise<SandboxAnswer | typeof answered> {
  switch (fault.kind) {
    case 'code':
    case 'html':
      return answer ?? answered;
    case 'slow-first-byte':
      await pause(fault.ms, res);
      return answer && !res.destroyed ? answer : answered;
    case 'slow-body': {
      if (!answer) return answered;
      const bytes = Buffer.from(answer.body);
      res.writeHead(answer.status, { ...answer.headers, 'content-length': bytes.length });
      const pieces = 5;
      const size = Math.ceil(bytes.length / pieces);
      for (let piece = 0; piece < pieces && !res.destroyed; piece += 1) {
        res.write(bytes.subarray(piece * size, (piece + 1) * size));
        await pause(fault.ms / pieces, res);
      }
      res.end();
      return answered;
    }
    case 'reset': {
      if (!answer) {
        res.socket?.resetAndDestroy();
        return answered;
      }
      const bytes = Buffer.from(answer.body);
      res.writeHead(answer.status, { ...answer.headers, 'content-length': bytes.length });
      await new Promise<void>((resolve) => res.write(bytes.subarray(0, 10), () => resolve()));
      // A reset would take what was written with it, so this one is only closed.
      res.socket?.destroy();
      return answered;
    }
    case 'half-open':
      // Left open; the client gives up, or the sandbox closes.
      return answered;
  }
}
