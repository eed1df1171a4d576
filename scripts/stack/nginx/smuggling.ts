import { randomUUID } from 'node:crypto';
import type { Verdict } from '../../checks/check.js';
import { Findings } from './findings.js';
import { sendRaw } from './raw.js';
import type { Stage } from './stage.js';

/** What a parser that ends the body elsewhere would take for a request of its own. */
type Inner = string;

interface Message {
  name: string;
  /** Lines of the head behind the request line and `Host`; `head` replaces all of it. */
  lines?: string[];
  head?: (host: string, id: string) => string;
  body?: (inner: Inner) => string;
  /** What is answered; several where releases of nginx differ. */
  status: number[];
  /** The service sees it whatever it answers; otherwise where that is 200. */
  passedOn?: true;
}

const chunked = 'Transfer-Encoding: chunked';
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const wholeChunks = (inner: Inner) => `${chunk('a')}0\r\n\r\n${inner}`;
const behindEnd = (inner: Inner) => `0\r\n\r\n${inner}`;
const behindFive = (inner: Inner) => `12345${inner}`;
const alone = (inner: Inner) => inner;

/**
 * SEC21: ways to say where a body ends on which two parsers may disagree (RFC 9112, 6.3 and 11.2), and two that are sound.
 * Those answered 200 are passed on re-framed. A single LF in chunks is an error since nginx 1.29.4.
 */
const MESSAGES: Message[] = [
  { name: 'sound, by length', lines: ['Content-Length: 5'], body: () => '12345', status: [200] },
  { name: 'sound, in chunks', lines: [chunked], body: () => `${chunk('abc')}0\r\n\r\n`, status: [200] },
  { name: 'length and chunks', lines: ['Content-Length: 6', chunked], body: behindEnd, status: [400] },
  { name: 'xchunked', lines: ['Transfer-Encoding: xchunked'], body: wholeChunks, status: [501] },
  { name: 'chunked, identity', lines: ['Transfer-Encoding: chunked, identity'], body: wholeChunks, status: [501] },
  {
    name: 'Transfer-Encoding twice',
    lines: [chunked, 'Transfer-Encoding: identity'],
    body: wholeChunks,
    status: [400],
  },
  { name: 'two lengths', lines: ['Content-Length: 5', 'Content-Length: 6'], body: behindFive, status: [400] },
  { name: 'length +5', lines: ['Content-Length: +5'], body: behindFive, status: [400] },
  { name: 'length 0x5', lines: ['Content-Length: 0x5'], body: behindFive, status: [400] },
  { name: 'space before the colon', lines: ['Transfer-Encoding : chunked'], body: wholeChunks, status: [400] },
  { name: 'folded line', lines: ['Transfer-Encoding:', ' chunked'], body: wholeChunks, status: [400, 501] },
  {
    name: 'chunks in HTTP/1.0',
    head: (host, id) => `GET /health/live HTTP/1.0\r\nHost: ${host}\r\nX-Request-Id: ${id}\r\n${chunked}\r\n\r\n`,
    body: wholeChunks,
    status: [400],
  },
  { name: 'NUL in a value', lines: ['X-A: b\0c'], body: alone, status: [400] },
  { name: 'CR in a value', lines: ['X-A: b\rTransfer-Encoding: chunked'], body: alone, status: [400] },
  {
    name: 'no Host',
    head: (_host, id) => `GET /health/live HTTP/1.1\r\nX-Request-Id: ${id}\r\n\r\n`,
    status: [400],
  },
  { name: 'two Hosts', lines: ['Host: elsewhere.example'], status: [400] },
  { name: 'LF alone in chunks', lines: [chunked], body: () => '3\nabc\n0\n\n', status: [200, 400] },
  {
    name: 'open quote in a chunk extension',
    lines: [chunked],
    body: () => '3;a="\r\nabc\r\n0\r\n\r\n',
    status: [200, 400],
  },
  { name: 'escape that is none', head: headOf('GET /%zz'), status: [400] },
  { name: 'TRACE', head: headOf('TRACE /health/live'), status: [405] },
  // The service listens on loopback alone here, and refuses other names.
  {
    ...{ name: 'another host in the target', head: headOf('GET https://elsewhere.example/health/live') },
    ...{ status: [421], passedOn: true },
  },
];

function headOf(request: string) {
  return (host: string, id: string) =>
    `${request} HTTP/1.1\r\nHost: ${host}\r\nX-Request-Id: ${id}\r\nConnection: close\r\n\r\n`;
}

/** How long nginx may take for an answer, and to keep the connection open behind it. */
const WAIT_MS = 2_000;

export async function checkSmuggling(stage: Stage): Promise<Verdict> {
  const findings = new Findings();
  const host = `localhost:${stage.edge.ports.tls}`;
  const tries = await Promise.all(
    MESSAGES.map(async (message) => {
      const ids = { outer: randomUUID(), inner: randomUUID() };
      const inner = `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nX-Request-Id: ${ids.inner}\r\n\r\n`;
      const { head = headWith(message.lines ?? []), body } = message;
      const bytes = head(host, ids.outer) + (body?.(inner) ?? '');
      return { message, ids, answer: await sendRaw(stage.place, { bytes, waitMs: WAIT_MS }) };
    }),
  );
  const log = await stage.serviceLog();
  for (const { message, ids, answer } of tries) {
    const { name, status } = message;
    const [first = 0, ...more] = answer.statuses;
    findings.expect(status.includes(first), `${name}: answered ${first}, not ${status.join(' or ')}`);
    findings.equal(more, [], `${name}: answers behind the first`);
    const seen = (id: string) => log.filter(({ requestId }) => requestId === id).length;
    findings.equal(
      seen(ids.outer),
      message.passedOn || first === 200 ? 1 : 0,
      `${name}: requests that the service saw`,
    );
    findings.equal(seen(ids.inner), 0, `${name}: requests that were smuggled`);
  }
  return findings.verdict(`${stage.edge.program}: ${MESSAGES.length} messages raw over TLS, never two requests of one`);
}

function headWith(lines: string[]) {
  return (host: string, id: string) =>
    ['GET /health/live HTTP/1.1', `Host: ${host}`, `X-Request-Id: ${id}`, ...lines, '', ''].join('\r\n');
}
