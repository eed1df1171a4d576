import type { Socket } from 'node:net';

/** As nginx has it (`send_timeout`): not for a whole answer, but between two writes. */
const SEND_TIMEOUT_MS = 60_000;
const CHECK_EVERY_MS = 5_000;

interface Stalled {
  since: number;
  sent: number;
}

/**
 * Cuts off whoever does not take what is sent to them: a connection of whose unsent bytes no write has been finished
 * for a minute. Node has a limit on how long a request may take to arrive, and none on how long its answer may take to
 * leave. Looks at all connections now and then, so that requests cost nothing. Answers how to stop.
 */
export function cutStalledSockets(
  sockets: ReadonlySet<Socket>,
  { timeoutMs = SEND_TIMEOUT_MS, checkEveryMs = CHECK_EVERY_MS } = {},
): () => void {
  const stalled = new WeakMap<Socket, Stalled>();
  const check = setInterval(() => {
    const now = performance.now();
    for (const socket of sockets) {
      const sent = socket.bytesWritten - socket.writableLength;
      const before = stalled.get(socket);
      if (socket.writableLength === 0) stalled.delete(socket);
      else if (before?.sent !== sent) stalled.set(socket, { since: now, sent });
      else if (now - before.since >= timeoutMs) socket.destroy();
    }
  }, checkEveryMs);
  check.unref();
  return () => clearInterval(check);
}
