import { z } from 'zod';
import { PROCESS_ROLES } from '../../config.js';

const checkSchema = z.object({ status: z.enum(['ok', 'degraded', 'unavailable']), detail: z.string().optional() });

export const healthSchema = z
  .object({
    status: z.enum(['ok', 'degraded', 'unavailable']),
    checks: z.object({ database: checkSchema, migrations: checkSchema, projector: checkSchema, redis: checkSchema }),
  })
  .meta({ id: 'Health' });

export const aliveSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Alive' });

export const infoSchema = z
  .object({
    name: z.literal('Pitwall'),
    version: z.string(),
    environment: z.string(),
    roles: z.array(z.enum(PROCESS_ROLES)).meta({ description: 'What the process that answers does.' }),
    node: z.string(),
    startedAt: z.iso.datetime(),
    database: z.enum(['embedded', 'external']),
    redis: z.enum(['up', 'down', 'off']),
    documentation: z.string(),
  })
  .meta({ id: 'Info' });

export type Health = z.output<typeof healthSchema>;
export type Check = z.output<typeof checkSchema>;
