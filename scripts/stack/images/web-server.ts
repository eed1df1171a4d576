import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, glob, mkdtemp, readFile, rm, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { freePort } from '../../../load/service/pitwall.js';
import { ROOT, runCommand, runPackage } from '../../checks/command.js';
import { ask } from './answers.js';

const BUILD = join(ROOT, 'frontend/build');
const START_TIMEOUT_MS = 10_000;

export interface WebServer {
  url: string;
  /** As nginx says it. */
  version: string;
  stop(): Promise<void>;
}

/** The nginx that is installed here, over the built pages, with the configuration of the image but for its paths and port. */
export async function startWebServer(): Promise<WebServer> {
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-nginx-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // Under root, the workers run as another account, which must get here.
  await chmod(folder, 0o755);
  await cp(BUILD, join(folder, 'html'), { recursive: true });
  await compress(join(folder, 'html'));
  const headers = await runPackage('tsx', 'backend/src/commands/web-headers.ts', 'frontend/build/index.html');
  if (headers.code !== 0) throw new Error(`web-headers failed: ${headers.stderr}`);
  await writeFile(join(folder, 'security-headers.conf'), headers.stdout);
  const config = moved(await readFile(join(ROOT, 'frontend/nginx/nginx.conf'), 'utf8'), [
    // First, since the others lead there.
    // eslint-disable-next-line sonarjs/publicly-writable-directories -- What to look for in a file.
    ['/tmp/', `${folder}/`],
    ['listen 8080;', `listen 127.0.0.1:${port};`],
    ['/srv/pitwall', join(folder, 'html')],
    ['/dev/stdout', join(folder, 'access.log')],
  ]);
  await writeFile(join(folder, 'nginx.conf'), config);

  const command = ['-p', folder, '-c', join(folder, 'nginx.conf')];
  const tested = await runCommand('nginx', ['-t', '-q', ...command]);
  if (tested.code !== 0) throw new Error(`nginx refuses its configuration: ${tested.stderr}`);
  const server = spawn('nginx', [...command, '-g', 'daemon off;'], { stdio: 'ignore' });
  const stop = async () => {
    if (server.exitCode === null) {
      const exited = once(server, 'exit');
      server.kill('SIGQUIT');
      await exited;
    }
    await rm(folder, { recursive: true, force: true });
  };
  if (!(await answers(url))) {
    await stop();
    throw new Error('nginx did not answer.');
  }
  const { stderr } = await runCommand('nginx', ['-v']);
  return { url, version: stderr.trim().replace('nginx version: nginx/', ''), stop };
}

/** As the Dockerfile does. */
async function compress(folder: string): Promise<void> {
  for await (const file of glob('**/*.{html,js,css,json,svg}', { cwd: folder })) {
    const content = await readFile(join(folder, file));
    if (content.length > 1024) await writeFile(join(folder, `${file}.gz`), gzipSync(content, { level: 9 }));
  }
}

/** Each must be there: a path that stayed would be that of this machine. */
function moved(config: string, replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`nginx.conf has no ${from} any more.`);
    return text.replaceAll(from, to);
  }, config);
}

async function answers(url: string): Promise<boolean> {
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(25)) {
    if (await ask(url, { path: '/healthz' }).catch(() => undefined)) return true;
  }
  return false;
}
