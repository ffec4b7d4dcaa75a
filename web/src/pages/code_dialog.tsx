import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Inference } from '../api/types';
import { useApp } from '../app/context';
import { CopyButton } from '../components/copy';
import { Dialog } from '../components/dialog';
import { curlOf, pythonOf } from '../snippets';

/** The same run as a program: to repeat it, or to begin a script with. */
export function CodeDialog({ inference, onClose }: { inference: Inference; onClose: () => void }): JSX.Element {
  const { session } = useApp();
  const [language, setLanguage] = useState<'curl' | 'python'>('curl');
  const username = session.login.value?.user.username ?? '';
  const make = language === 'curl' ? curlOf : pythonOf;
  const text = make(inference, window.location.origin, username);
  return (
    <Dialog title="This run as code" onClose={onClose} wide>
      <div class="toolbar">
        <div class="segmented" role="group" aria-label="Language">
          <button aria-pressed={language === 'curl'} onClick={() => setLanguage('curl')}>
            curl
          </button>
          <button aria-pressed={language === 'python'} onClick={() => setLanguage('python')}>
            Python
          </button>
        </div>
        <span class="grow" />
        <CopyButton text={text} />
      </div>
      <pre class="code" tabIndex={0} aria-label="Code">
        {text}
      </pre>
      <p class="faint dialog-text">It asks for your password when it runs; the password is not in the text.</p>
    </Dialog>
  );
}
