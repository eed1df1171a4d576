import { unique } from './start-api.js';

type Fields = Record<string, unknown>;

/** A record that means a run; each call makes another one. `data` may replace or add anything. */
export const runRecord = (source: string, data: Fields = {}) => ({
  type: 'pipeline_run',
  source,
  data: { pipeline: 'build', run_id: unique('run'), status: 'succeeded', ...data },
});

/** A record that means a deployment. */
export const deploymentRecord = (source: string, data: Fields = {}) => ({
  type: 'deployment',
  source,
  data: {
    service: 'shop',
    environment: 'production',
    deployment_id: unique('deployment'),
    status: 'succeeded',
    ...data,
  },
});

/** A record that means nothing to Pitwall. */
export const plainRecord = (source: string, fields: Fields = {}) => ({ type: 'sensor', data: 1, source, ...fields });

/** ISO 8601, so many seconds after noon of a day that is long past. */
export const at = (seconds: number) => new Date(Date.UTC(2026, 0, 15, 12) + seconds * 1000).toISOString();
