import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import helmet, { type HelmetOptions } from 'helmet';

export type Header = readonly [name: string, value: string];
/** What is answered: data, the pages of the front end with their files, or the page of the API's documentation. */
export type AnswerKind = 'api' | 'ui' | 'docs';

export interface SecurityHeaderOptions {
  /** Whether people reach Pitwall over https, which browsers are then told to insist on. */
  https: boolean;
  /** `sha256-...` of each inline script that may run. */
  scriptHashes?: readonly string[];
}

/** For whatever is told to a caller who is known: no cache keeps it. */
export const NO_STORE: Header = ['Cache-Control', 'no-store'];

/** Two years, as https://hstspreload.org asks for. */
const HSTS = { maxAge: 63_072_000, includeSubDomains: true };

/** What helmet leaves out: no page uses these, and nothing that gets into one may. Writing to the clipboard is used. */
const PERMISSIONS_POLICY: Header = [
  'Permissions-Policy',
  [
    ...['accelerometer', 'autoplay', 'camera', 'clipboard-read', 'display-capture', 'encrypted-media', 'geolocation'],
    ...['gyroscope', 'hid', 'idle-detection', 'local-fonts', 'magnetometer', 'microphone', 'midi', 'payment'],
    ...['picture-in-picture', 'publickey-credentials-get', 'screen-wake-lock', 'serial', 'storage-access', 'usb'],
    ...['window-management', 'xr-spatial-tracking'],
  ]
    .map((feature) => `${feature}=()`)
    .join(', '),
];

/** The headers of a kind of answer, to be asked for once: helmet runs here and not for each request. */
export function securityHeaders(kind: AnswerKind, options: SecurityHeaderOptions): readonly Header[] {
  const strictTransportSecurity = options.https && HSTS;
  if (kind === 'api') return run({ ...forData, strictTransportSecurity });
  const directives = kind === 'ui' ? uiPolicy(options) : docsPolicy();
  if (options.https) directives['upgrade-insecure-requests'] = [];
  const contentSecurityPolicy = { useDefaults: false, directives };
  return [...run({ ...forPages, contentSecurityPolicy, strictTransportSecurity }), PERMISSIONS_POLICY];
}

/** The same as `[name, value, name, value]`, which `writeHead` takes as it is. */
export const flat = (headers: readonly Header[]): string[] => headers.flat();

/** For what no endpoint answers. */
export const setHeaders =
  (headers: readonly Header[]): RequestHandler =>
  (_req, res, next) => {
    for (const [name, value] of headers) res.setHeader(name, value);
    next();
  };

/** The hashes by which a policy allows the inline scripts of a page (https://www.w3.org/TR/CSP3/#grammardef-hash-source). */
export function inlineScriptHashes(html: string): string[] {
  const inline = [...html.matchAll(/<script(\s[^>]*)?>([^]*?)<\/script>/g)].filter(([, has]) => !has?.includes('src='));
  return inline.map(([, , script]) => `sha256-${createHash('sha256').update(String(script)).digest('base64')}`);
}

/** No page: it is not shown, framed, or loaded by the pages of others. */
const forData = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
  },
  referrerPolicy: { policy: 'no-referrer' },
  crossOriginResourcePolicy: { policy: 'same-origin' },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xFrameOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
} satisfies HelmetOptions;

const forPages = {
  crossOriginEmbedderPolicy: { policy: 'require-corp' },
  crossOriginOpenerPolicy: { policy: 'same-origin' },
  crossOriginResourcePolicy: { policy: 'same-origin' },
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
} satisfies HelmetOptions;

type Policy = Record<string, string[]>;

const ownPolicy = (): Policy => ({
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'object-src': ["'none'"],
});

function uiPolicy({ scriptHashes = [] }: SecurityHeaderOptions): Policy {
  return {
    ...ownPolicy(),
    'script-src': ["'self'", ...scriptHashes.map((hash) => `'${hash}'`)],
    'font-src': ["'self'"],
    'manifest-src': ["'self'"],
    // The one policy is Svelte's, for the templates that it compiled.
    'require-trusted-types-for': ["'script'"],
    'trusted-types': ['svelte-trusted-html'],
  };
}

/** Without Trusted Types: Swagger UI writes HTML that it has cleaned itself. */
const docsPolicy = (): Policy => ownPolicy();

/** Helmet is middleware: it is given a response that only takes notes. */
function run(options: HelmetOptions): Header[] {
  const headers: Header[] = [];
  const response = {
    setHeader: (name: string, value: string) => headers.push([name, value]),
    removeHeader: () => undefined,
  };
  helmet(options)({} as IncomingMessage, response as unknown as ServerResponse, (error) => {
    if (error) throw error;
  });
  return headers;
}
