import { connect, type Socket } from 'node:net';

const END_OF_HEADERS = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);

/**
 * One kept-alive HTTP/1.1 connection that has at most one request under way. It reads the status and the length of an
 * answer and skips the rest, which costs a fraction of what `node:http` spends: the client must not be what is measured.
 */
export class Connection {
  /** Called with the status of each answer. */
  onAnswer: (status: number) => void = () => undefined;
  private socket: Socket | undefined;
  private head: Buffer = NOTHING;
  private status = 0;
  /** Bytes of the body that are still to come; -1 while the headers are not complete. */
  private missing = -1;

  constructor(
    private readonly port: number,
    private readonly onBroken: (error: Error) => void,
  ) {}

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: this.port, noDelay: true });
      this.socket = socket;
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        socket.on('error', this.onBroken);
        socket.once('close', () => this.onBroken(new Error('The server closed the connection.')));
        socket.on('data', (chunk) => this.read(chunk));
        resolve();
      });
    });
  }

  send(request: Buffer): void {
    this.socket?.write(request);
  }

  close(): void {
    this.socket?.removeAllListeners('close').destroy();
  }

  private read(chunk: Buffer): void {
    let bodyBytes = chunk.length;
    if (this.missing === -1) {
      const bytes = this.head.length === 0 ? chunk : Buffer.concat([this.head, chunk]);
      const end = bytes.indexOf(END_OF_HEADERS);
      if (end === -1) {
        this.head = bytes;
        return;
      }
      this.head = NOTHING;
      const headers = bytes.toString('latin1', 0, end);
      this.status = Number(headers.slice(9, 12));
      const length = /\r\ncontent-length: (\d+)/i.exec(headers)?.[1];
      if (length === undefined) return this.onBroken(new Error(`An answer without Content-Length: ${headers}`));
      this.missing = Number(length);
      bodyBytes = bytes.length - end - END_OF_HEADERS.length;
    }
    this.missing -= bodyBytes;
    if (this.missing > 0) return;
    this.missing = -1;
    this.onAnswer(this.status);
  }
}
