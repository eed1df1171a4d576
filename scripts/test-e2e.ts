import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeDataFolder } from '../load/service/data-folder.js';
import { freePort, PitwallProcess } from '../load/service/pitwall.js';

/** Runs the browser tests against a compiled Pitwall of their own, with an empty database. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const data = await makeDataFolder('e2e');
const port = await freePort();
const firstAdmin = {
  PITWALL_ADMIN_EMAIL: 'admin@example.com',
  PITWALL_ADMIN_PASSWORD: randomBytes(18).toString('base64url'),
};
const pitwall = await PitwallProcess.start({
  command: [join(ROOT, 'backend/dist/main.js')],
  cwd: data.path,
  port,
  // All the people of the tests come from one address.
  environment: { PITWALL_DATA_DIR: data.path, RATE_LIMIT_AUTH: '1000 per minute', ...firstAdmin },
  logFile: join(data.path, 'pitwall.log'),
});
try {
  const tests = spawn('npm', ['run', '--silent', 'e2e', '-w', 'frontend'], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...firstAdmin, BASE_URL: `http://127.0.0.1:${port}` },
  });
  const [code] = await once(tests, 'exit');
  process.exitCode = code ?? 1;
} finally {
  await pitwall.stop();
  await data.remove();
}
