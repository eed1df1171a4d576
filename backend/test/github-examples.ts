import { createRequire } from 'node:module';
import type { RawEvent } from '../src/features/projector/translator.js';

/** A payload as parsed: the tests read it without the schemas they check. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Payload = any;

const definitions: { name: string; examples: Payload[] }[] = createRequire(import.meta.url)(
  '@octokit/webhooks-examples',
);

export const RECEIVED_AT = new Date('2026-02-03T04:05:06Z');

/** Fresh copies of the real payloads that were collected for one type of event, to be changed at will. */
export function examplesOf(type: string): Payload[] {
  return structuredClone(definitions.find(({ name }) => name === type)?.examples ?? []);
}

export function githubEvent(type: string, body: Payload, headers: Record<string, string> = {}): RawEvent {
  return {
    type,
    receivedAt: RECEIVED_AT,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
  };
}
