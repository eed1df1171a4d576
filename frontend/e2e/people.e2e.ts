/** People, sources, tokens, sessions and the audit log, in a real browser against a running Pitwall. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { assertFits, audit, openSession, PHONE, skip, THEMES, useBrowser } from './browser.ts';
import { ADMIN, Api, statusWith } from './service.ts';

const PAGES = [
  { path: '/users', heading: 'Users', dialog: 'Invite a person' },
  { path: '/sources', heading: 'Sources', dialog: 'Connect a source' },
  { path: '/tokens', heading: 'API tokens', dialog: 'Create a token' },
  { path: '/tokens?of=everyone', heading: 'API tokens' },
  { path: '/account', heading: 'Account' },
  { path: '/account/sessions', heading: 'Account' },
  { path: '/audit', heading: 'Audit log', dialog: /^Details/ },
];

describe('administration', { skip }, () => {
  const withPage = useBrowser();
  let api: Api;
  before(async () => {
    api = await Api.signIn();
  });

  const dialog = (page: Page) => page.getByRole('dialog');
  const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();
  const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });

  async function asAdmin(path: string, work: (page: Page) => Promise<void>): Promise<void> {
    await withPage({}, async (page) => {
      await openSession(page);
      await page.goto(path);
      await work(page);
    });
  }

  const search = (path: string, q: string) => `${path}?${new URLSearchParams({ q }).toString()}`;

  it('shows at the address that there is such a user already, before anything is sent', async () => {
    await asAdmin('/users', async (page) => {
      await press(page, 'Invite a person');
      await field(page, 'E-mail address').fill(ADMIN.email.toUpperCase());
      await field(page, 'Name').focus();
      await dialog(page).getByRole('alert').getByText('Is the e-mail address of another user.').waitFor();
      assert.equal(await field(page, 'E-mail address').getAttribute('aria-invalid'), 'true');

      await field(page, 'Name').fill('Twice');
      await press(page, 'Invite');
      await dialog(page)
        .getByRole('alert')
        .getByText(/already/)
        .waitFor();
    });
  });

  it('shows at the role that the last Admin stays one', async () => {
    await asAdmin(search('/users', ADMIN.email), async (page) => {
      await press(page, /^Manage/);
      await dialog(page).getByLabel('Role').selectOption('Viewer');
      await press(page, 'Save');

      await dialog(page)
        .getByRole('alert')
        .getByText(/last active Admin/)
        .waitFor();
      assert.equal(await dialog(page).getByLabel('Role').getAttribute('aria-invalid'), 'true');
    });
  });

  it('changes, disables, enables and deletes a user', async () => {
    const person = await api.makePerson('viewer');
    await asAdmin(search('/users', person.name), async (page) => {
      const row = (words: RegExp) => page.getByRole('row', { name: words }).waitFor();
      await press(page, /^Manage/);
      await dialog(page).getByLabel('Role').selectOption('Maintainer');
      await press(page, 'Save');
      await row(/Maintainer.*Active/);

      await press(page, /^Manage/);
      await press(page, 'Disable');
      await row(/Maintainer.*Disabled/);
      await press(page, /^Manage/);
      await press(page, 'Enable');
      await row(/Maintainer.*Active/);

      await press(page, /^Manage/);
      await press(page, 'Reset the password');
      await dialog(page)
        .getByRole('status', { name: 'Link' })
        .getByText(/\/activate#/)
        .waitFor();
      await press(page, 'Done');

      await press(page, /^Manage/);
      await press(page, 'Delete');
      await press(page, 'Delete the user');
      await page.getByRole('heading', { name: 'Nobody matches' }).waitFor();
    });
  });

  it('filters people, and keeps the filter in the address', async () => {
    const person = await api.makePerson('viewer');
    await asAdmin('/users', async (page) => {
      await page.getByRole('searchbox').fill(person.name);
      await page.getByRole('row', { name: new RegExp(person.email) }).waitFor();
      await field(page, 'Role').selectOption('Admin');
      await page.getByRole('heading', { name: 'Nobody matches' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Nobody matches' }).waitFor();
      assert.equal(await field(page, 'Role').inputValue(), 'admin');
    });
  });

  it('shows a token once, which works until it is revoked', async () => {
    const name = `token ${randomUUID().slice(0, 8)}`;
    await asAdmin('/tokens', async (page) => {
      await press(page, 'Create a token');
      await field(page, 'Name').fill(name);
      await page.getByRole('checkbox', { name: /^Read/ }).check();
      await press(page, 'Create');
      const token = await dialog(page).getByRole('status', { name: 'Token' }).innerText();
      assert.equal(await statusWith(token, '/pipelines'), 200);
      await page.keyboard.press('Escape');
      assert.equal(await dialog(page).count(), 1, 'what is shown once went away by accident');
      await press(page, 'Done');
      assert.ok(!(await page.content()).includes(token), 'the token is still on the page');
      await page.reload();
      await page.getByRole('row', { name: new RegExp(name) }).waitFor();
      assert.ok(!(await page.content()).includes(token));

      await press(page, `Revoke ${name}`);
      await press(page, 'Revoke');
      await page.getByRole('row', { name: new RegExp(`${name}.*Revoked`) }).waitFor();
      await assertRefused(token);
    });
  });

  /** Other processes may believe in a token for a moment after it was revoked. */
  async function assertRefused(token: string): Promise<void> {
    let status = 0;
    for (let tries = 0; tries < 50 && status !== 401; tries++) status = await statusWith(token, '/pipelines');
    assert.equal(status, 401);
  }

  it('offers only the scopes that the role can use', async () => {
    const person = await api.makePerson('viewer');
    await withPage({}, async (page) => {
      await openSession(page, person);
      await page.goto('/tokens');
      await press(page, 'Create a token');
      assert.equal(await page.getByRole('checkbox').count(), 1);
      assert.equal(await page.getByRole('link', { name: /Everyone/ }).count(), 0);
    });
  });

  it('connects a source, rotates its secret and disconnects it', async () => {
    const name = `hook-${randomUUID().slice(0, 8)}`;
    await asAdmin('/sources', async (page) => {
      const secret = () => dialog(page).getByRole('status', { name: 'Secret' }).innerText();
      await press(page, 'Connect a source');
      await field(page, 'Name').fill('no spaces allowed');
      await press(page, 'Connect');
      await dialog(page)
        .getByRole('alert')
        .getByText(/letters, digits/)
        .waitFor();
      await field(page, 'Name').fill(name);
      await press(page, 'Connect');
      const first = await secret();
      await press(page, 'Done');

      await press(page, `Rotate secret of ${name}`);
      await press(page, 'Rotate');
      assert.notEqual(await secret(), first);
      await press(page, 'Done');
      await page.getByRole('row', { name: new RegExp(`${name}.*Two are valid`) }).waitFor();

      await press(page, `Disconnect ${name}`);
      await press(page, 'Disconnect');
      await page.getByRole('row', { name: new RegExp(name) }).waitFor({ state: 'detached' });
    });
  });

  it('ends another session, and marks this one', async () => {
    const person = await api.makePerson('viewer');
    const elsewhere = await Api.signIn(person);
    await withPage({}, async (page) => {
      await openSession(page, person);
      await page.goto('/account/sessions');
      await page.getByRole('row', { name: /Chrome.*This one/ }).waitFor();
      await press(page, /^End the session of/);
      await page.getByRole('row', { name: /API client/ }).waitFor({ state: 'detached' });
      await assert.rejects(elsewhere.request('GET', '/auth/me'), /answered 401/);
    });
  });

  it('changes the password, and says which of the two is wrong', async () => {
    const person = await api.makePerson('viewer');
    await withPage({}, async (page) => {
      await openSession(page, person);
      await page.goto('/account');
      await field(page, 'Current password').fill('not the password');
      await field(page, 'New password').fill('another good one');
      await press(page, 'Change the password');
      await page.getByRole('alert').getByText('The current password is wrong.').waitFor();
      assert.equal(await field(page, 'Current password').getAttribute('aria-invalid'), 'true');

      await field(page, 'Current password').fill(person.password);
      await press(page, 'Change the password');
      await page.getByRole('status').getByText('The password is changed.').waitFor();
      await Api.signIn({ email: person.email, password: 'another good one' });
    });
  });

  it('tells in the audit log who did what to whom', async () => {
    const person = await api.makePerson('maintainer');
    await asAdmin(`/audit?action=user.created&targetId=${person.id}`, async (page) => {
      await page.getByRole('row', { name: new RegExp(`${ADMIN.email}.*user\\.created.*Succeeded`) }).waitFor();
      await press(page, /^Details/);
      await dialog(page).getByText(person.id).first().waitFor();
      await dialog(page).getByText('Request', { exact: true }).waitFor();
      await press(page, 'Close');

      await field(page, 'Outcome').selectOption('Failed');
      await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
      await page.getByRole('link', { name: 'Show the whole log' }).click();
      await page.getByRole('table').waitFor();
    });
  });

  for (const colorScheme of THEMES) {
    it(`is accessible in the ${colorScheme} theme`, async () => {
      await withPage({ colorScheme, reducedMotion: 'reduce' }, async (page) => {
        await openSession(page);
        for (const { path, heading, dialog: opener } of PAGES) {
          await page.goto(path);
          await page.getByRole('heading', { name: heading, exact: true }).waitFor();
          await audit(page);
          if (opener === undefined) continue;
          await page.getByRole('button', { name: opener }).first().click();
          await dialog(page).waitFor();
          await audit(page);
          await page.keyboard.press('Escape');
          await dialog(page).waitFor({ state: 'detached' });
        }
      });
    });
  }

  it('fits a phone', async () => {
    await withPage({ ...PHONE, reducedMotion: 'reduce' }, async (page) => {
      await openSession(page);
      for (const { path, heading } of PAGES) {
        await page.goto(path);
        await page.getByRole('heading', { name: heading, exact: true }).waitFor();
        await assertFits(page);
        await audit(page);
      }
    });
  });
});
