import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known of the request that is being answered, for the log and for traces. */
export interface RequestContext {
  requestId: string;
  traceId?: string | undefined;
}

/** One per process, since what it holds is per request. */
export const requestContext = new AsyncLocalStorage<RequestContext>();
