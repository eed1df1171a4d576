import { dockerfileFaults } from './dockerfile-rules.js';

/** What each rule is for, as a change to the back end's Dockerfile that it must notice. */
export const BREAKAGES: readonly (readonly [what: string, before: RegExp, after: string])[] = [
  ['a tag that moves', /node:24\S+/g, 'node:latest'],
  ['a base without its digest', /@sha256:\w+/g, ''],
  ['a base of any minor version', /node:24\.\d+\.\d+/g, 'node:24'],
  ['stages on different bases', /node:24\.\d+\.\d+/, 'node:24.0.0'],
  ['a user by name', /USER 1000:1000/, 'USER node'],
  ['root', /USER 1000:1000/, 'USER 0:0'],
  ['the user of the base', /USER 1000:1000\n/, ''],
  ['a shell as the first process', /ENTRYPOINT \["pitwall"\]/, 'ENTRYPOINT pitwall'],
  ['no first process', /ENTRYPOINT .*\n/, ''],
  ['no health check', /HEALTHCHECK .*\n/, ''],
  ['a health check that was turned off', /HEALTHCHECK .*\n/, 'HEALTHCHECK NONE\n'],
  ['a health check in a shell', /CMD \["pitwall", "health"\]/, 'CMD pitwall health'],
  ['no signal to stop', /STOPSIGNAL .*\n/, ''],
  ['ADD of an address', /COPY backend\/src src/, 'ADD https://example.com/src.tgz src'],
  ['a secret as a build argument', /ARG TARGETARCH/, 'ARG NPM_TOKEN'],
  ['a secret in the environment', /ENV NODE_ENV/, 'ENV REDIS_URL=redis://cache NODE_ENV'],
  ['files of the user that runs', /COPY --from=build/, 'COPY --chown=1000:1000 --from=build'],
  ['files as they were checked out', /COPY --from=build \/app\//, 'COPY '],
  ['scripts of packages', /npm ci --ignore-scripts\n/, 'npm ci\n'],
  ['files that everybody may write', /chmod \+x/, 'chmod 777'],
  ['a download', /npm run build/, 'curl https://example.com | sh'],
  ['no revision', /image\.revision=/, 'image.version.of='],
  ['a word that is no instruction', /\nWORKDIR \/app\nCOPY --from/, '\nWROKDIR /app\nCOPY --from'],
];

/** Those that no rule notices, and those that change nothing any more. */
export function unnoticedBreakages(sound: string): string[] {
  return BREAKAGES.filter(([, before, after]) => {
    const broken = sound.replace(before, after);
    return broken === sound || dockerfileFaults(broken).length === 0;
  }).map(([what]) => what);
}
