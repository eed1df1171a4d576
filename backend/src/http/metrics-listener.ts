import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';

export interface MetricsListenerOptions {
  token: string;
  contentType: string;
  expose(): Promise<string>;
}

/**
 * For a port of its own, which no proxy leads to: `GET /metrics` to whoever has the token. It asks no database who calls,
 * so that figures come in when they matter most.
 */
export function metricsListener({ token, contentType, expose }: MetricsListenerOptions): RequestListener {
  const expected = digest(`Bearer ${token}`);
  const isScraper = ({ headers }: IncomingMessage) => timingSafeEqual(digest(headers.authorization ?? ''), expected);
  return (req, res) => {
    const answer = (status: number, headers: Record<string, string> = {}, body = '') => {
      res.writeHead(status, { 'Cache-Control': 'no-store', ...headers });
      res.end(body);
    };
    if (req.url?.split('?', 1)[0] !== '/metrics') return answer(404);
    if (req.method !== 'GET') return answer(405, { Allow: 'GET' });
    if (!isScraper(req)) return answer(401, { 'WWW-Authenticate': 'Bearer' });
    expose().then(
      (figures) => answer(200, { 'Content-Type': contentType }, figures),
      () => answer(500),
    );
  };
}

/** Of one length whatever is hashed, so that the comparison tells nothing. */
const digest = (text: string) => createHash('sha256').update(text).digest();
