import { freePort } from '../../load/service/pitwall.js';
import { checkBodies } from './nginx/bodies.js';
import { checkBrowser } from './nginx/browser.js';
import { checkDrain } from './nginx/drain.js';
import { testConfig } from './nginx/edge.js';
import { checkForwarded } from './nginx/forwarded.js';
import { checkHeaders } from './nginx/headers.js';
import { checkHidden } from './nginx/hidden.js';
import { checkHttp2Load, checkSlowAttacks } from './nginx/pressure.js';
import { checkRetries } from './nginx/retries.js';
import { Shared } from './nginx/shared.js';
import { checkSlowClients } from './nginx/slow-clients.js';
import { checkSmuggling } from './nginx/smuggling.js';
import { Stage } from './nginx/stage.js';
import { checkStreams } from './nginx/streams.js';
import { checkTls } from './nginx/tls.js';
import type { StackCheck } from './stack-check.js';

const programs = ['nginx', 'openssl'];
const stage = new Shared(() => Stage.start());

const onStage = (name: string, run: (stage: Stage) => ReturnType<StackCheck['run']>): StackCheck => ({
  ...{ name: `nginx: ${name}`, programs },
  run: () => stage.use(run),
});

export const nginxChecks: readonly StackCheck[] = [
  {
    ...{ name: 'nginx: configuration', programs },
    run: async () => {
      const { program, changed, said } = await testConfig({
        backend: [await freePort()],
        frontend: [await freePort()],
      });
      const warnings = said.split('\n').filter((line) => /\[(warn|error|alert)\]/.test(line));
      const summary = `${program}: nginx -t of nginx/${changed.map((change) => `, ${change}`).join('')}`;
      return { outcome: warnings.length === 0 ? 'passed' : 'failed', summary, details: warnings };
    },
  },
  onStage('headers', checkHeaders),
  onStage('who is asking (SEC22)', checkForwarded),
  onStage('large bodies', checkBodies),
  onStage('event streams, TLS, HTTP/2', checkStreams),
  onStage('request smuggling (SEC21)', checkSmuggling),
  onStage('what is hidden, not kept (SEC34, SEC42)', checkHidden),
  { ...onStage('browser', checkBrowser), programs: [...programs, 'chromium'] },
  { name: 'nginx: what is sent again', programs, run: checkRetries },
  { ...onStage('many requests over HTTP/2', checkHttp2Load), programs: [...programs, 'h2load'] },
  onStage('slow clients', checkSlowClients),
  {
    ...onStage('slow clients, a thousand (REL23)', checkSlowAttacks),
    programs: [...programs, 'slowhttptest'],
    slow: true,
  },
  { ...onStage('TLS (SEC41)', checkTls), programs: [...programs, 'testssl'], slow: true },
  { name: 'nginx: a process ends under load (REL12)', programs, run: checkDrain, slow: true },
];
