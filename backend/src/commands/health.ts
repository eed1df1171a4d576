import { loadConfigOrExit } from '../config.js';

/**
 * Asks this container's own process whether it is ready, for the image's HEALTHCHECK: 0 if so, 1 if not. Readiness and not
 * liveness, since what Docker does with the answer is to let others start (`depends_on: service_healthy`); it restarts nobody.
 */
const TIMEOUT_MS = 2_000;

const { http } = loadConfigOrExit();
const url = `http://127.0.0.1:${http.port}/health/ready`;
try {
  const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' });
  process.stdout.write(`${ok ? 'ready' : 'not ready'}: ${url} answered ${status}\n`);
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`not ready: ${url} did not answer: ${reasonOf(error)}\n`);
  process.exitCode = 1;
}

/** What fetch says itself is "fetch failed"; why is in its cause. */
function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? (error.cause ?? error) : error;
  return reason instanceof Error ? reason.message : String(reason);
}
