import { expect, test } from 'vitest';
import { Session, tokenLifetimeS } from './session';
import type { User } from './types';

const user: User = {
  _id: '6743a1b2c3d4e5f601020304',
  username: 'ada',
  email: '',
  first_name: '',
  last_name: '',
  role: 'user',
};

function token(lifetimeS: number): string {
  return `h.${btoa(JSON.stringify({ iat: 1000, exp: 1000 + lifetimeS }))}.s`;
}

test('a token tells its lifetime, and what is none does not', () => {
  expect(tokenLifetimeS(token(3600))).toBe(3600);
  expect(tokenLifetimeS('nonsense')).toBeNull();
});

test('a session is there again after a reload, and gone after its end', () => {
  localStorage.clear();
  new Session(localStorage).start(token(3600), user);
  const again = new Session(localStorage);
  expect(again.login.value?.user.username).toBe('ada');
  again.end('logged-out');
  expect(new Session(localStorage).login.value).toBeNull();
});

test('a refresh is due after four fifths of the life, by the clock of the browser', () => {
  localStorage.clear();
  const session = new Session(localStorage);
  session.start(token(100), user, 50_000);
  expect(session.isRefreshDue(50_000 + 79_000)).toBe(false);
  expect(session.isRefreshDue(50_000 + 81_000)).toBe(true);
});

test('what is stored by others is not taken for a session', () => {
  localStorage.setItem('intelliclinix.session', '{"token": 5}');
  expect(new Session(localStorage).login.value).toBeNull();
  localStorage.setItem('intelliclinix.session', 'no JSON');
  expect(new Session(localStorage).login.value).toBeNull();
});
