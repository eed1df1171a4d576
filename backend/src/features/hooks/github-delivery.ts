import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { InvalidInputError, UnauthenticatedError, type Fault } from '../../errors.js';
import type { Delivery } from './delivery.js';

/** What is kept beside the body (https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers). */
const KEPT_HEADERS = [
  'content-type',
  'user-agent',
  'x-github-delivery',
  'x-github-event',
  'x-github-hook-id',
  'x-github-hook-installation-target-id',
  'x-github-hook-installation-target-type',
  'x-github-enterprise-host',
  'x-github-enterprise-version',
];
const SIGNATURE = /^sha256=([0-9a-f]{64})$/i;
const DELIVERY = /^[\x21-\x7e]{1,200}$/;
const EVENT = /^[a-z][a-z0-9_.]{0,99}$/;

/**
 * Verifies GitHub's signature over the body's bytes, then reads what the headers say of the delivery. The signature of
 * SHA-1 that GitHub still sends beside it is not enough.
 */
export function readGithubDelivery(headers: IncomingHttpHeaders, body: Buffer, keys: KeyObject[]): Delivery {
  verify(single(headers['x-hub-signature-256']), body, keys);
  const type = single(headers['x-github-event']) ?? '';
  const deliveryKey = single(headers['x-github-delivery']) ?? '';
  const faults: Fault[] = [];
  if (!EVENT.test(type)) faults.push({ pointer: '#/headers/x-github-event', detail: 'does not name an event' });
  if (!DELIVERY.test(deliveryKey)) {
    faults.push({ pointer: '#/headers/x-github-delivery', detail: 'does not identify the delivery' });
  }
  if (faults.length > 0) throw new InvalidInputError(faults);
  const kept = KEPT_HEADERS.map((name) => [name, single(headers[name])]).filter(([, value]) => value !== undefined);
  return { type, deliveryKey, headers: Object.fromEntries(kept) as Record<string, string> };
}

function verify(signature: string | undefined, body: Buffer, keys: KeyObject[]): void {
  if (signature === undefined) {
    throw new UnauthenticatedError(
      'There is no X-Hub-Signature-256: set a secret in the webhook. A signature of SHA-1 alone is not accepted.',
    );
  }
  const digest = SIGNATURE.exec(signature)?.[1];
  if (digest === undefined) {
    throw new UnauthenticatedError('X-Hub-Signature-256 is not "sha256=" and 64 hexadecimal digits.');
  }
  const given = Buffer.from(digest, 'hex');
  const matches = keys.some((key) => timingSafeEqual(createHmac('sha256', key).update(body).digest(), given));
  if (!matches)
    throw new UnauthenticatedError(
      'X-Hub-Signature-256 does not match the body: is the secret the same on both sides?',
    );
}

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);
