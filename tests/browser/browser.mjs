// A real browser for the tests: Debian's Chromium, driven by playwright-core.
import { createRequire } from 'node:module';
import path from 'node:path';
import { PASSWORD, ROOT } from './server.mjs';

const require = createRequire(path.join(ROOT, 'web/package.json'));
const { chromium } = require('playwright-core');
const AXE = require.resolve('axe-core/axe.min.js');

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}

/**
 * A tab of a browser profile of its own, where the account of `options.api` has logged in, if there is one. Errors of its
 * scripts and refusals of its CSP are in `page.faults`.
 */
export async function newPage(browser, url, { api, ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 720 },
    acceptDownloads: true,
    ...(api ? { storageState: sessionOf(api) } : {}),
    ...options,
  });
  context.setDefaultTimeout(20_000);
  return openTab(context, url);
}

export async function openTab(context, url) {
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) page.faults.push(message.text());
  });
  await page.goto(url);
  return page;
}

/** What a browser keeps of the login of an `Api`. */
function sessionOf({ url, token, user }) {
  const value = JSON.stringify({ token, user, receivedAt: Date.now() });
  return { cookies: [], origins: [{ origin: url, localStorage: [{ name: 'intelliclinix.session', value }] }] };
}

export async function signUpByForm(page, username) {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('E-mail').fill(`${username}@example.org`);
  await page.getByLabel('First name').fill('Rosalind');
  await page.getByLabel('Last name').fill('Franklin');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
}

export async function logInByForm(page, username) {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in', exact: true }).first().click();
}

/** What axe-core finds wrong with the page as it is, a line each; [] when nothing. */
export async function accessibilityFaults(page) {
  // Not as a <script>: the page's CSP allows none of others'.
  await page.evaluate(require('node:fs').readFileSync(AXE, 'utf8'));
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.target.join(' ')} ${node.failureSummary}`),
  );
}
