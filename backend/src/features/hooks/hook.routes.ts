import { z } from 'zod';
import { NotFoundError, UnauthenticatedError, UnavailableError } from '../../errors.js';
import { endpoint } from '../../http/endpoint.js';
import { sourceName } from '../sources/source.schema.js';
import type { HookService } from './hook.service.js';

const receiptSchema = z
  .object({ id: z.uuid(), outcome: z.enum(['accepted', 'duplicate']) })
  .meta({ id: 'DeliveryReceipt' });

export const hookRoutes = (hooks: HookService, { maxHookBytes }: { maxHookBytes: number }) => [
  endpoint({
    method: 'post',
    path: '/hooks/{source}',
    tag: 'Intake',
    summary: "Take a provider's webhook",
    description:
      'Answered once the delivery is in the event log. A delivery that is sent again is answered the same way and ' +
      'counted once. One that cannot be read later is kept in quarantine.',
    access: 'signed',
    rate: 'none',
    request: {
      params: z.object({ source: sourceName }),
      rawBody: {
        contentTypes: ['application/json', 'application/x-www-form-urlencoded'],
        description: 'As the provider sends it, signed by `X-Hub-Signature-256` for GitHub.',
      },
    },
    maxBodyBytes: maxHookBytes,
    response: { status: 202, schema: receiptSchema },
    errors: [UnauthenticatedError, NotFoundError, UnavailableError],
    handle: ({ params, request }) => hooks.receive(params.source, request.headers, request.bytes),
  }),
];
