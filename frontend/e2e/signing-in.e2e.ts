/** Signing in and out, links that set a password, and what each role sees, in a real browser against a running Pitwall. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { assertFits, audit, openSession, PHONE, skip, THEMES, useBrowser } from './browser.ts';
import { ADMIN, Api } from './service.ts';

describe('signing in', { skip }, () => {
  const withPage = useBrowser();
  let api: Api;
  before(async () => {
    api = await Api.signIn();
  });

  const email = (page: Page) => page.getByLabel('E-mail address');
  const password = (page: Page) => page.getByLabel('Password', { exact: true });
  const submit = (page: Page) => page.getByRole('button', { name: 'Sign in', exact: true });
  const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });
  const menu = (page: Page) => page.getByRole('button', { name: /: menu$/ });

  async function signIn(page: Page, person: typeof ADMIN): Promise<void> {
    await email(page).fill(person.email);
    await password(page).fill(person.password);
    await submit(page).click();
  }

  /** What the sidebar offers. */
  async function places(page: Page): Promise<string[]> {
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    return page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts();
  }

  it('is asked for first, and leads on to where one wanted to go', async () => {
    await withPage({}, async (page) => {
      await page.goto('/users?q=admin&status=active');
      await page.waitForURL(/\/signin\?next=/);
      await signIn(page, ADMIN);

      await heading(page, 'Users').waitFor();
      assert.equal(new URL(page.url()).search, '?q=admin&status=active');
    });
  });

  it('leads on to what is served beside the pages, too', async () => {
    await withPage({}, async (page) => {
      const documentation = page.locator('.opblock').first();
      await page.goto('/api/docs');
      await page.waitForURL(/\/signin\?next=%2Fapi%2Fdocs/);
      await signIn(page, ADMIN);
      await documentation.waitFor();

      await page.goto('/signin?next=%2Fapi%2Fdocs');
      await documentation.waitFor();
    });
  });

  it('does not lead to another site', async () => {
    await withPage({}, async (page) => {
      await page.goto('/signin?next=//example.com/users');
      await signIn(page, ADMIN);

      await menu(page).waitFor();
      assert.equal(new URL(page.url()).pathname, '/');
      assert.notEqual(new URL(page.url()).hostname, 'example.com');
    });
  });

  it('says in words that the password is wrong, and opens nothing before', async () => {
    await withPage({}, async (page) => {
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await page.goto('/signin');
      await signIn(page, { email: `${randomUUID()}@example.com`, password: 'not the password' });

      await page.getByRole('alert').getByText('The e-mail address or the password is wrong.').waitFor();
      assert.equal(await password(page).inputValue(), 'not the password');
      assert.ok(!asked.includes('/api/v1/live'), 'the live stream was opened before the sign-in');
    });
  });

  it('shows the password to whoever asks for it, and tells a password manager what is what', async () => {
    await withPage({}, async (page) => {
      await page.goto('/signin');
      await password(page).fill('correct horse');
      assert.equal(await password(page).getAttribute('type'), 'password');
      await page.getByRole('button', { name: 'Show the password' }).click();

      assert.equal(await password(page).getAttribute('type'), 'text');
      assert.equal(await password(page).getAttribute('autocomplete'), 'current-password');
      assert.equal(await email(page).getAttribute('autocomplete'), 'username');
    });
  });

  it('ends by signing out, and the way back leads to the sign-in', async () => {
    await withPage({}, async (page) => {
      await openSession(page);
      await page.goto('/account');
      await menu(page).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await heading(page, 'Sign in').waitFor();

      await page.goBack();
      await heading(page, 'Sign in').waitFor();
      assert.equal((await page.request.get('/api/v1/auth/me')).status(), 401);
    });
  });

  it('leads to the sign-in when the session was ended elsewhere, and back after it', async () => {
    const person = await api.makePerson('viewer');
    await withPage({}, async (page) => {
      await openSession(page, person);
      await page.goto('/');
      await menu(page).waitFor();
      const elsewhere = await Api.signIn(person);
      await elsewhere.request('DELETE', '/auth/sessions');

      await page.getByRole('link', { name: 'API tokens' }).click();
      await page.waitForURL(/\/signin\?next=%2Ftokens/);
      await signIn(page, person);
      await heading(page, 'API tokens').waitFor();
    });
  });

  it('leads a wall that nobody touches to the sign-in when its session was ended elsewhere', async () => {
    const person = await api.makePerson('viewer');
    await withPage({}, async (page) => {
      await openSession(page, person);
      await page.goto('/');
      await page.getByRole('status').filter({ hasText: /Live$/ }).waitFor();
      const elsewhere = await Api.signIn(person);
      await elsewhere.request('DELETE', '/auth/sessions');

      await heading(page, 'Sign in').waitFor();
    });
  });

  it('invites somebody, who chooses a password and is in', async () => {
    const invited = `${randomUUID()}@example.com`;
    let link = '';
    await withPage({}, async (page) => {
      await openSession(page);
      await page.goto('/users');
      await page.getByRole('button', { name: 'Invite a person' }).click();
      await email(page).fill(invited);
      await page.getByLabel('Name', { exact: true }).fill('Invited Person');
      await page.getByRole('button', { name: 'Invite', exact: true }).click();
      link = await page.getByRole('dialog').getByRole('status', { name: 'Link' }).innerText();
      await page.getByRole('button', { name: 'Done' }).click();

      await page.getByRole('row', { name: new RegExp(`${invited}.*Viewer.*Invited`) }).waitFor();
      assert.ok(!(await page.content()).includes(link), 'the link is still on the page');
    });

    const { pathname, hash } = new URL(link);
    await withPage({}, async (page) => {
      await page.goto(`${pathname}${hash}`);
      await heading(page, 'Welcome to Pitwall').waitFor();
      assert.equal(await page.evaluate(() => location.hash), '', 'the token is still in the address');
      const newPassword = page.getByLabel('New password', { exact: true });
      assert.equal(await newPassword.getAttribute('autocomplete'), 'new-password');

      await newPassword.fill('short');
      await page.getByRole('button', { name: 'Set the password and sign in' }).click();
      await page.getByRole('alert').getByText('Is shorter than 8 characters.').waitFor();

      await newPassword.fill('several words are enough');
      await page.getByRole('button', { name: 'Set the password and sign in' }).click();
      await page.getByRole('button', { name: 'Invited Person, Viewer: menu' }).waitFor();
    });

    await withPage({}, async (page) => {
      await page.goto(`${pathname}${hash}`);
      await heading(page, 'This link does not work').waitFor();
      await page.goto('/signin');
      await signIn(page, { email: invited, password: 'several words are enough' });
      await page.getByRole('button', { name: 'Invited Person, Viewer: menu' }).waitFor();
    });
  });

  it('shows each role its places, and nobody another’s', async () => {
    const everybody = ['Pipelines', 'API tokens', 'API reference', 'Account'];
    await withPage({}, async (page) => {
      await openSession(page, await api.makePerson('viewer'));
      await page.goto('/');
      assert.deepEqual(await places(page), everybody);
      await page.goto('/users');
      await heading(page, 'Not found').waitFor();
      await page.goto('/sources');
      await page.getByText('There is nothing at /sources.').waitFor();
    });
    await withPage({}, async (page) => {
      await openSession(page, await api.makePerson('maintainer'));
      await page.goto('/');
      assert.deepEqual(await places(page), ['Pipelines', 'Sources', 'API tokens', 'API reference', 'Account']);
      await page.goto('/audit');
      await heading(page, 'Not found').waitFor();
    });
    await withPage({}, async (page) => {
      await openSession(page);
      await page.goto('/');
      assert.deepEqual(await places(page), [
        'Pipelines',
        'Sources',
        'API tokens',
        'API reference',
        'Users',
        'Audit log',
        'Account',
      ]);
    });
  });

  it('shows the other places as soon as the role is another', async () => {
    const person = await api.makePerson('viewer');
    await withPage({}, async (page) => {
      await openSession(page, person);
      await page.goto('/tokens');
      await places(page);
      await api.request('PATCH', `/users/${person.id}`, { role: 'maintainer' });

      // A change of role ends the sessions.
      await page.getByRole('link', { name: 'Account' }).click();
      await signIn(page, person);
      await page.getByRole('link', { name: 'Sources' }).waitFor();
    });
  });

  it('remembers whether the sidebar is collapsed', async () => {
    await withPage({}, async (page) => {
      await openSession(page);
      await page.goto('/');
      await page.getByRole('button', { name: 'Collapse the sidebar' }).click();
      await page.reload();
      await page.getByRole('button', { name: 'Expand the sidebar' }).waitFor();
      // The words are still read out.
      assert.equal(await page.getByRole('link', { name: 'Pipelines' }).getAttribute('aria-current'), 'page');
    });
  });

  it('has a drawer on a phone, which keeps the focus and gives it back', async () => {
    await withPage(PHONE, async (page) => {
      await openSession(page);
      await page.goto('/');
      const opener = page.getByRole('button', { name: 'Menu', exact: true });
      await opener.click();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      assert.equal(await opener.evaluate((button) => button === document.activeElement), true);

      await opener.click();
      await page.getByRole('dialog').getByRole('link', { name: 'Users' }).click();
      await heading(page, 'Users').waitFor();
      assert.equal(await page.getByRole('dialog').count(), 0);
    });
  });

  for (const colorScheme of THEMES) {
    it(`is accessible in the ${colorScheme} theme, and fits a phone`, async () => {
      await withPage({ ...PHONE, colorScheme, reducedMotion: 'reduce' }, async (page) => {
        await page.goto('/signin');
        await email(page).waitFor();
        await audit(page);
        await assertFits(page);
        await page.goto('/activate#unknown');
        await heading(page, 'This link does not work').waitFor();
        await audit(page);
        await assertFits(page);
        await page.goto('/setup');
        await heading(page, 'This link does not work').waitFor();
        await audit(page);
      });
    });
  }
});
