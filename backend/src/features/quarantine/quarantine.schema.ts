import { z } from 'zod';
import { timestamp } from '../../http/fields.js';
import { pageOf } from '../../http/pagination.js';

export const quarantinedEventSchema = z
  .object({
    id: z.uuid(),
    type: z.string(),
    source: z.string(),
    kind: z.string(),
    deliveryKey: z.string().nullable(),
    reason: z.string(),
    bytes: z.int(),
    receivedAt: timestamp(),
    quarantinedAt: timestamp(),
  })
  .meta({ id: 'QuarantinedEvent', description: 'An event that is kept and could not be read, and why.' });

export const quarantinePageSchema = pageOf(quarantinedEventSchema).meta({ id: 'QuarantinePage' });
