import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SecretBox, secretKey } from './secret-box.js';

const box = new SecretBox(randomBytes(32));

it('gives back what was put in, and shows none of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 8 }), fc.uuid(), (secret, owner) => {
      const sealed = box.seal(secret, owner);
      expect(box.open(sealed, owner)).toBe(secret.toWellFormed());
      expect(Buffer.from(sealed).includes(secret)).toBe(false);
    }),
  );
});

it('seals the same secret another way each time', () => {
  expect(box.seal('secret', 'owner')).not.toEqual(box.seal('secret', 'owner'));
});

it('opens for no other owner, under no other key, and nothing that was changed', () => {
  const sealed = box.seal('secret', 'owner');

  expect(() => box.open(sealed, 'another')).toThrow();
  expect(() => new SecretBox(randomBytes(32)).open(sealed, 'owner')).toThrow();
  for (let at = 0; at < sealed.length; at++) {
    const changed = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte));
    expect(() => box.open(changed, 'owner')).toThrow();
  }
  expect(() => box.open(sealed.subarray(0, 20), 'owner')).toThrow();
});

it('has the key that was configured, or one that is made once and kept for this account alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-key-'));
  const dataDir = join(folder, 'data');
  const configured = randomBytes(32);

  expect(await secretKey(configured.toString('base64'), dataDir)).toEqual(configured);
  const made = await secretKey(undefined, dataDir);
  expect(made).toHaveLength(32);
  expect(await secretKey(undefined, dataDir)).toEqual(made);
  expect(((await stat(join(dataDir, 'secret.key'))).mode & 0o777).toString(8)).toBe('600');
  await rm(folder, { recursive: true });
});
