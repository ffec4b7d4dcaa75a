import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { AppContext, makeAppState, useApp } from './app/context';
import { Shell } from './app/shell';
import { ToastList } from './components/toasts';
import { Empty } from './components/states';
import { DatasetPage } from './pages/dataset';
import { DatasetsPage } from './pages/datasets';
import { ImagePage } from './pages/image';
import { InferencePage } from './pages/inference';
import { InferencesPage } from './pages/inferences';
import { ModelsPage } from './pages/models';
import { RunPage } from './pages/run';
import { WelcomePage } from './pages/welcome';
import { href, location } from './router';

function CurrentPage(): JSX.Element {
  const { route } = location.value;
  switch (route.name) {
    case 'datasets':
      return <DatasetsPage />;
    case 'dataset':
      return <DatasetPage key={route.id} id={route.id} />;
    case 'run':
      return <RunPage key={route.id} id={route.id} />;
    case 'inferences':
      return <InferencesPage />;
    case 'inference':
      return <InferencePage key={route.id} id={route.id} />;
    case 'image':
      return <ImagePage key={`${route.id}/${route.file}`} id={route.id} fileId={route.file} />;
    case 'models':
      return <ModelsPage />;
    case 'unknown':
      return (
        <div class="page">
          <Empty icon="search" title="There is no such page" page>
            <p class="muted">The address may be cut off.</p>
            <a class="button" href={href({ name: 'datasets' })}>
              Go to your datasets
            </a>
          </Empty>
        </div>
      );
  }
}

/** Log-in first; then the page that the address names, which stays the same over a log-in. */
function Gate(): JSX.Element {
  const { session, thumbnails, uploads } = useApp();
  const user = session.login.value?.user._id ?? '';
  const last = useRef('');
  useEffect(() => {
    if (!user) return;
    // Whoever logs in again finds what was begun; somebody else does not.
    if (last.current && last.current !== user) {
      thumbnails.clear();
      uploads.closeAll();
    }
    last.current = user;
  }, [user]);
  if (!user) return <WelcomePage />;
  return (
    <Shell key={user}>
      <CurrentPage />
    </Shell>
  );
}

/** The whole page. */
export function App(): JSX.Element {
  const state = useMemo(() => makeAppState(localStorage), []);
  useEffect(() => state.session.followOtherTabs(window), []);
  const uploading = state.uploads.isBusy;
  useEffect(() => {
    if (!uploading) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [uploading]);
  const reachable = state.connection.reachable.value;
  return (
    <AppContext.Provider value={state}>
      <div class="banner" role="status">
        {reachable ? null : <span>The server does not answer. Trying again; nothing that you see is lost.</span>}
      </div>
      <Gate />
      <ToastList toasts={state.toasts} />
    </AppContext.Provider>
  );
}
