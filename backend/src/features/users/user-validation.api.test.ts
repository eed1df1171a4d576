import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Item } from '../../../test/pages.js';
import { startApi, unique } from '../../../test/start-api.js';

const { api } = startApi();

const address = () => `${unique('person')}@example.com`;

describe('what is to become a user', () => {
  const validate = async (draft: object) => (await api.post('/validate/user').send(draft).expect(200)).body;
  const sound = () => ({ email: address(), name: 'Ada Lovelace', role: 'viewer' });

  it('is valid where it would be accepted, and nothing is kept', async () => {
    const draft = { ...sound(), password: 'correct horse battery' };

    expect(await validate(draft)).toEqual({ valid: true, faults: [] });
    expect(await validate(draft)).toEqual({ valid: true, faults: [] });
    await api.post('/users').send(sound()).expect(201);
  });

  it('has each of its faults named', async () => {
    const draft = { email: 'ada', role: 'root', password: 'password', id: randomUUID(), 'a/b': 1 };

    const { valid, faults } = await validate(draft);

    expect(valid).toBe(false);
    expect(faults.map(({ pointer }: Item) => pointer).sort()).toEqual(
      ['#/email', '#/name', '#/role', '#/password', '#/id', '#/a~1b'].sort(),
    );
    expect(faults).toContainEqual({ pointer: '#/email', detail: 'is not an e-mail address' });
    expect(faults).toContainEqual({ pointer: '#/id', detail: 'is not known here' });
  });

  it.each([
    ['password1', 'is one of the most common passwords'],
    ['ada-lovelace', 'is little more than your name, your e-mail address or pitwall'],
    ['short', 'is shorter than 8 characters'],
  ])('SEC38 may not have the password %s', async (password, detail) => {
    expect(await validate({ ...sound(), password })).toEqual({
      valid: false,
      faults: [{ pointer: '#/password', detail }],
    });
  });

  it('may not have the address of another', async () => {
    const { email } = sound();
    await api
      .post('/users')
      .send({ ...sound(), email })
      .expect(201);

    expect(await validate({ ...sound(), email: email.toUpperCase() })).toEqual({
      valid: false,
      faults: [{ pointer: '#/email', detail: 'is the e-mail address of another user' }],
    });
  });

  it.each([{ email: 'x' }, { name: '' }, { role: 1 }, { status: 'active' }, { name: 'x'.repeat(201) }])(
    'is found at fault just where creation would: %j',
    async (fields) => {
      const draft = { ...sound(), ...fields };
      const refused = await api.post('/users').send(draft).expect(400);

      expect((await validate(draft)).faults).toEqual(
        refused.body.errors.map(({ pointer, detail }: Item) => ({ pointer: pointer.replace('/body', ''), detail })),
      );
    },
  );

  it('is a bad request only where it cannot be read', async () => {
    expect((await validate({})).valid).toBe(false);
    for (const text of ['{', '[]', '1', 'null', '"x"', '{"a":1,"a":2}'.slice(0, 5)]) {
      await api.post('/validate/user').type('application/json').send(text).expect(400);
    }
  });
});
