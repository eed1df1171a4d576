import type { Status } from './api/client.ts';

/** How a status is drawn: its word, and a shape of its own, so that no meaning rests on colour alone. */
export interface StatusLook {
  label: string;
  shape: 'check' | 'cross' | 'arc' | 'dots' | 'pause' | 'slash' | 'skip' | 'clock' | 'alert' | 'dash';
}

const LOOKS: Record<Status, StatusLook> = {
  queued: { label: 'Queued', shape: 'dots' },
  waiting: { label: 'Waiting', shape: 'pause' },
  running: { label: 'Running', shape: 'arc' },
  succeeded: { label: 'Succeeded', shape: 'check' },
  failed: { label: 'Failed', shape: 'cross' },
  cancelled: { label: 'Cancelled', shape: 'slash' },
  skipped: { label: 'Skipped', shape: 'skip' },
  timed_out: { label: 'Timed out', shape: 'clock' },
  action_required: { label: 'Action required', shape: 'alert' },
  neutral: { label: 'Neutral', shape: 'dash' },
};

/** In the order in which a person looks for them: what is broken, what moves, what is well, the rest. */
export const STATUSES: readonly Status[] = [
  'failed',
  'timed_out',
  'action_required',
  'running',
  'waiting',
  'queued',
  'succeeded',
  'cancelled',
  'skipped',
  'neutral',
];

/** A page that was open before an update of the service may meet a status it does not know: it shows the bare word. */
export const lookOf = (status: Status): StatusLook => LOOKS[status] ?? { label: status, shape: 'dash' };

export const isStatus = (value: string | null): value is Status => value !== null && Object.hasOwn(LOOKS, value);

export const isFailure = (status: Status): boolean => status === 'failed' || status === 'timed_out';

/** True while more is to come: the run has not reached its conclusion. */
export const isActive = (status: Status): boolean =>
  status === 'queued' || status === 'waiting' || status === 'running' || status === 'action_required';
