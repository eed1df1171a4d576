import { connect } from 'node:net';
import type { FixedAnswer } from './floor/floor-task.js';

/** Sends one ready request and answers its status and body. Throws when it is no success. */
export async function answerTo(port: number, request: Buffer): Promise<FixedAnswer> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.write(Buffer.from(request.toString('latin1').replace('\r\n', '\r\nConnection: close\r\n'), 'latin1'));
  const answer = Buffer.concat((await socket.toArray()) as Buffer[]);
  const status = Number(answer.toString('latin1', 9, 12));
  const body = answer.subarray(answer.indexOf('\r\n\r\n') + 4);
  if (!(status >= 200 && status < 300)) throw new Error(`Pitwall answered ${answer.toString().slice(0, 1000)}`);
  return { status, body: body.toString('base64') };
}
