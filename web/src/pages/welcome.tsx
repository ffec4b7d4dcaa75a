import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { logIn, signUp } from '../api/calls';
import { messageOf, Problem } from '../api/problem';
import { useApp } from '../app/context';
import { ThemeButton } from '../app/shell';
import { Field } from '../components/field';
import { Icon, Logo } from '../components/icons';
import { EXAMPLES } from './examples';

type Mode = 'login' | 'signup';

interface Input {
  name: 'username' | 'password' | 'email' | 'first_name' | 'last_name';
  label: string;
  type: 'text' | 'password' | 'email';
  autocomplete: string;
  help?: string;
}

const NAME: Input = { name: 'username', label: 'Username', type: 'text', autocomplete: 'username' };
const LOGIN: Input[] = [
  NAME,
  { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
];
const SIGN_UP: Input[] = [
  NAME,
  { name: 'email', label: 'E-mail', type: 'email', autocomplete: 'email' },
  { name: 'first_name', label: 'First name', type: 'text', autocomplete: 'given-name' },
  { name: 'last_name', label: 'Last name', type: 'text', autocomplete: 'family-name' },
  {
    name: 'password',
    label: 'Password',
    type: 'password',
    autocomplete: 'new-password',
    help: 'At least 8 characters.',
  },
];

function AccountForm({ mode }: { mode: Mode }): JSX.Element {
  const { client } = useApp();
  const inputs = mode === 'login' ? LOGIN : SIGN_UP;
  const [values, setValues] = useState<Partial<Record<Input['name'], string>>>({});
  const [problem, setProblem] = useState({ field: '', message: '' });
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const value = (name: Input['name']): string => values[name] ?? '';
    setBusy(true);
    setProblem({ field: '', message: '' });
    try {
      if (mode === 'signup') {
        await signUp(client, {
          username: value('username'),
          email: value('email'),
          password: value('password'),
          first_name: value('first_name'),
          last_name: value('last_name'),
        });
      }
      await logIn(client, value('username'), value('password'));
    } catch (error) {
      setProblem({ field: error instanceof Problem ? error.field : '', message: messageOf(error) });
      setBusy(false);
    }
  };
  const atField = inputs.some((input) => input.name === problem.field);
  return (
    <form class="account-form" onSubmit={(event) => void submit(event)} noValidate>
      {inputs.map((input) => (
        <div key={input.name} class={`cell-${input.name}`}>
          <Field
            label={input.label}
            help={input.help ?? ''}
            error={problem.field === input.name ? problem.message : ''}>
            {(attributes) => (
              <input
                {...attributes}
                class="input"
                {...({ type: input.type } as { type: 'text' })}
                name={input.name}
                required
                autocomplete={input.autocomplete}
                autocapitalize="none"
                spellcheck={false}
                value={values[input.name] ?? ''}
                onInput={(event) => setValues({ ...values, [input.name]: event.currentTarget.value })}
              />
            )}
          </Field>
        </div>
      ))}
      {problem.message && !atField ? (
        <p class="notice danger" role="alert">
          <Icon name="error" />
          {problem.message}
        </p>
      ) : null}
      <button class="button primary wide" disabled={busy}>
        {mode === 'login' ? 'Log in' : 'Create account'}
      </button>
    </form>
  );
}

function Examples(): JSX.Element {
  return (
    <ul class="welcome-examples">
      {EXAMPLES.map((example) => (
        <li key={example.file}>
          <span class="welcome-picture">
            <img src={`/examples/${example.file}`} alt={example.alt} />
            <img class="welcome-cells" src={`/examples/${example.overlay}`} alt="" />
          </span>
          <span class="faint">{example.title}</span>
        </li>
      ))}
    </ul>
  );
}

/** What one sees without a login: what this is, and the way in. Keeps the address, so that one returns to it. */
export function WelcomePage(): JSX.Element {
  const { session } = useApp();
  const reason = session.endReason.value;
  const [mode, setMode] = useState<Mode>(() =>
    reason === 'never' && !localStorage.getItem('intelliclinix.known') ? 'signup' : 'login',
  );
  useEffect(() => {
    document.title = 'IntelliClinix';
    return () => localStorage.setItem('intelliclinix.known', 'yes');
  }, []);
  return (
    <div class="welcome">
      <header class="welcome-bar">
        <span class="brand">
          <Logo />
          <span>IntelliClinix</span>
        </span>
        <ThemeButton />
      </header>
      <main class="welcome-main">
        <section class="welcome-text">
          <h1>Every cell in your microscope images, outlined, counted and measured.</h1>
          <p class="muted">
            Drop a folder of images, choose a model, and check the result cell by cell. All of it stays on this server.
          </p>
          <Examples />
        </section>
        <section class="card account" aria-label="Account">
          {reason === 'expired' ? (
            <p class="notice warning" role="alert">
              <Icon name="clock" />
              Your session has expired. Log in to go on where you were.
            </p>
          ) : null}
          {reason === 'logged-out' ? (
            <p class="notice" role="status">
              <Icon name="check" />
              You are logged out.
            </p>
          ) : null}
          <h2>{mode === 'login' ? 'Log in' : 'Create your account'}</h2>
          <AccountForm key={mode} mode={mode} />
          <p class="muted account-switch">
            {mode === 'login' ? 'No account yet?' : 'Have an account?'}{' '}
            <button class="text-button" onClick={() => setMode(mode === 'login' ? 'signup' : 'login')}>
              {mode === 'login' ? 'Create one' : 'Log in'}
            </button>
          </p>
        </section>
      </main>
    </div>
  );
}
