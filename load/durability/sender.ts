import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger.js';
import { recordOf, type SentRecord } from './record.js';

const TICK_MS = 5;
const ANSWER_TIMEOUT_MS = 10_000;
const RETRIES_AT_ONCE = 50;

/** Sends records on a schedule, whatever becomes of them, and notes each acknowledgement. */
export class Sender {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 256 });
  private readonly underWay = new Set<Promise<void>>();
  private next = 1;

  constructor(
    private readonly port: number,
    private readonly headers: Record<string, string>,
    private readonly ledger: Ledger,
  ) {}

  async send(perSecond: number, seconds: number): Promise<void> {
    const started = performance.now();
    const total = perSecond * seconds;
    for (let begun = 0; begun < total; await sleep(TICK_MS)) {
      const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * perSecond));
      for (; begun < due; begun++) this.begin(recordOf(this.next++));
    }
    await Promise.all(this.underWay);
  }

  /** Sends once more. Answers how many of them Pitwall had already. */
  async retry(ids: string[]): Promise<number> {
    let duplicates = 0;
    const left = [...ids];
    const worker = async () => {
      for (let id = left.pop(); id !== undefined; id = left.pop()) {
        const receipt = await this.post(recordOf(Number(id.slice('event-'.length))));
        duplicates += receipt?.duplicates ?? 0;
      }
    };
    await Promise.all(Array.from({ length: RETRIES_AT_ONCE }, worker));
    return duplicates;
  }

  close(): void {
    this.agent.destroy();
  }

  private begin(record: SentRecord): void {
    const done = this.post(record).then(() => void this.underWay.delete(done));
    this.underWay.add(done);
  }

  /** Resolves with the receipt once the whole of a 202 is here, which is the acknowledgement; else with nothing. */
  private post({ id, body }: SentRecord): Promise<{ duplicates: number } | undefined> {
    this.ledger.sent.add(id);
    return new Promise((resolve) => {
      const fail = () => resolve(undefined);
      const headers = {
        ...this.headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      };
      const options = { port: this.port, path: '/api/v1/ingest', method: 'POST', agent: this.agent, headers };
      const sent = request(options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', fail);
        answer.on('close', fail);
        answer.on('end', () => {
          if (!answer.complete || answer.statusCode !== 202) return fail();
          this.ledger.acknowledged.add(id);
          resolve(JSON.parse(Buffer.concat(chunks).toString()) as { duplicates: number });
        });
      });
      sent.setTimeout(ANSWER_TIMEOUT_MS, () => sent.destroy());
      sent.on('error', fail);
      sent.end(body);
    });
  }
}
