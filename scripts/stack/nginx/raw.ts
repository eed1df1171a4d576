import { connect } from 'node:tls';
import type { Place } from './client.js';

export interface RawAnswer {
  /** The status of each answer that came, in order. */
  statuses: number[];
  text: string;
  /** After how long the other side closed the connection; undefined where it did not. */
  closedAfterMs: number | undefined;
}

/** Sends bytes as they are over TLS, and reads until the other side closes or the time is over. */
export function sendRaw(
  { port, authority }: Place,
  { bytes, waitMs, drip }: { bytes: string; waitMs: number; drip?: { text: string; everyMs: number } },
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', servername: 'localhost', port, ca: authority, ALPNProtocols: ['http/1.1'] };
    let text = '';
    let began = 0;
    let dripping: NodeJS.Timeout | undefined;
    const end = (closedAfterMs?: number) => {
      clearTimeout(timer);
      clearInterval(dripping);
      socket.destroy();
      const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
      resolve({ statuses, text, closedAfterMs });
    };
    const timer = setTimeout(() => end(), waitMs);
    const socket = connect(options, () => {
      began = performance.now();
      socket.write(Buffer.from(bytes, 'latin1'));
      if (drip) dripping = setInterval(() => socket.write(drip.text), drip.everyMs);
    });
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('end', () => end(performance.now() - began));
    // One that is reset under what is still being sent was closed as well.
    socket.on('error', (error) => (began === 0 ? reject(error) : end(performance.now() - began)));
  });
}
