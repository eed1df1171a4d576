import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { inlineScriptHashes } from '../../../backend/src/http/security-headers.js';
import { runCommand } from '../../checks/command.js';
import type { BuiltImage } from './buildah.js';
import { Container } from './container.js';

const HEALTHY_TIMEOUT_MS = 10_000;

/** Starts it with loopback alone, and asks it what a proxy would. Throws at what does not hold. */
export async function runFrontend(image: BuiltImage, logFile: string): Promise<string[]> {
  const container = await Container.start(image, { network: 'own', logFile });
  try {
    await untilHealthy(container, logFile);
    const page = await ask(container, '/runs/42');
    const [hash] = inlineScriptHashes(page.text);
    must(page.status === 200 && hash !== undefined, `the page answered ${page.status}`);
    must(`${page.headers['content-security-policy']}`.includes(`'${hash}'`), 'the page may not run its own script');
    const [script = ''] = /\/_app\/immutable\/entry\/app\.[\w-]+\.js/.exec(page.text) ?? [];
    const file = await ask(container, script);
    must(file.headers['cache-control'] === 'public, max-age=31536000, immutable', `${script} is not kept`);
    must(file.headers['content-encoding'] === 'gzip', `${script} is not compressed`);
    const nothing = await ask(container, '/.env');
    must(nothing.status === 404 && nothing.headers['x-frame-options'] === 'DENY', `/.env answered ${nothing.status}`);
    const touched = await container.exec('touch', '/srv/pitwall/probe');
    must(touched.code !== 0, 'its files can be written');
    const code = await container.stop();
    must(code === 0, `it ended with ${code} when it was told to stop`);
    return [`nginx -> healthy, page, file, 404; ${image.config.StopSignal} -> ${code}`];
  } finally {
    await container.kill();
  }
}

interface Page {
  status: number;
  headers: Record<string, string>;
  text: string;
}

const ASK = `const answer = await fetch(process.argv[1], { headers: { 'accept-encoding': 'gzip' } });
console.log(JSON.stringify({ status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() }));`;

/** From its network, with the Node of this machine. */
async function ask(container: Container, path: string): Promise<Page> {
  const node = [process.execPath, '--input-type=module', '-e', ASK, `http://127.0.0.1:8080${path}`];
  const { stdout, stderr } = await runCommand('nsenter', ['--target', String(container.pid), '--net', ...node]);
  if (stdout === '') throw new Error(`${path} was not answered: ${stderr}`);
  return JSON.parse(stdout) as Page;
}

async function untilHealthy(container: Container, logFile: string): Promise<void> {
  let said = '';
  for (const deadline = Date.now() + HEALTHY_TIMEOUT_MS; Date.now() < deadline; await sleep(100)) {
    const { code, stderr } = await container.health();
    if (code === 0) return;
    said = stderr;
  }
  throw new Error(`It did not become healthy: ${said} ${await readFile(logFile, 'utf8')}`);
}

function must(holds: boolean, fault: string): void {
  if (!holds) throw new Error(`The front end: ${fault}.`);
}
