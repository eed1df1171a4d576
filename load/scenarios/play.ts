import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  NO_ANSWER,
  REQUEST_TIMEOUT_SECONDS,
  type ApiAnswer,
  type ApiRequest,
  type Script,
  type Sign,
} from './definition/exchange.js';
import type { Recorder } from './recorder.js';

export const sign: Sign = (secret, text) => createHmac('sha256', secret).update(text).digest('hex');

/** Resolves in any case: with status 0 where no whole answer came in time. */
export async function sendRequest(baseUrl: string, request: ApiRequest): Promise<ApiAnswer> {
  const { method, path, headers, body } = request;
  try {
    const answer = await fetch(baseUrl + path, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_SECONDS * 1000),
      ...(body !== undefined && { body }),
    });
    return { status: answer.status, body: await answer.text() };
  } catch {
    return NO_ANSWER;
  }
}

/** Plays a scenario's steps, one after the other. */
export async function play<Result>(baseUrl: string, script: Script<Result>, recorder: Recorder): Promise<Result> {
  let answer = NO_ANSWER;
  for (;;) {
    const { done, value } = script.next(answer);
    if (done) return value;
    answer = NO_ANSWER;
    switch (value.kind) {
      case 'request': {
        const begun = performance.now();
        answer = await sendRequest(baseUrl, value.request);
        recorder.request(value.request, answer, performance.now() - begun);
        break;
      }
      case 'check':
        recorder.check(value.name, value.passed);
        break;
      case 'pause':
        await sleep(value.seconds * 1000);
        break;
      case 'left out':
        recorder.leftOut.push(value.what);
        break;
    }
  }
}
