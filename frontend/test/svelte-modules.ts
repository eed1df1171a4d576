import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { compileModule } from 'svelte/compiler';

/** Lets tests import `*.svelte.ts`: compiles their runes, as the build does. */
registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith('file:') || !/\.svelte\.ts$/.test(url)) return nextLoad(url, context);
    const filename = fileURLToPath(url);
    const javaScript = stripTypeScriptTypes(readFileSync(filename, 'utf8'), { mode: 'transform' });
    const { js } = compileModule(javaScript, { filename, generate: 'client' });
    return { format: 'module', source: js.code, shortCircuit: true };
  },
});
