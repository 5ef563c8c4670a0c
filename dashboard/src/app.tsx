// The frame of all pages: where one is, where one can go, whether the numbers are fresh.
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { onRefused, setToken } from './api/ask';
import { refresh, useConnection, useLive } from './api/live';
import { JobPage } from './pages/job_page';
import { JobManagerPage } from './pages/job_manager_page';
import { OverviewPage } from './pages/overview_page';
import { TaskManagerPage } from './pages/task_manager_page';
import { TaskManagersPage } from './pages/task_managers_page';
import { ErrorBoundary } from './ui/error_boundary';
import { zone } from './ui/format';
import { Notice } from './ui/parts';
import { hrefTo, useRoute } from './ui/route';
import { chooseTheme, useTheme } from './ui/theme';

// With its editor larger than all others together: fetched when it is wanted.
const SqlPage = lazy(() => import('./pages/sql_page'));

const PLACES = [
  { name: 'Overview', at: 'overview' },
  { name: 'Task managers', at: 'taskmanagers' },
  { name: 'SQL', at: 'sql' },
  { name: 'Job manager', at: 'jobmanager' },
];

function Page({ route }: { route: string[] }) {
  const [place = 'overview', id, ...rest] = route;
  if (place === 'overview') return <OverviewPage />;
  if (place === 'jobs' && id) return <JobPage id={id} parts={rest} key={id} />;
  if (place === 'taskmanagers') return id ? <TaskManagerPage id={id} tab={rest[0] ?? 'state'} key={id} /> : <TaskManagersPage />;
  if (place === 'jobmanager') return <JobManagerPage tab={id ?? 'configuration'} />;
  if (place === 'sql') {
    return (
      <Suspense fallback={<p className="faint">Loading the editor …</p>}>
        <SqlPage />
      </Suspense>
    );
  }
  return <Notice tone="bad" title="There is no such page"><a href={hrefTo()}>Overview</a></Notice>;
}

function TokenQuestion({ onKnown }: { onKnown: () => void }) {
  const [text, setText] = useState('');
  return (
    <main>
      <form
        className="panel"
        onSubmit={(event) => {
          event.preventDefault();
          setToken(text.trim());
          refresh();
          onKnown();
        }}
      >
        <h1>This cluster wants an access token</h1>
        <p>Whoever runs the cluster has it, from <code>weir token create</code>. It stays with this tab.</p>
        <label>
          Access token
          <input type="password" value={text} onChange={(event) => setText(event.target.value)} autoFocus required />
        </label>
        <div><button className="main">Go on</button></div>
      </form>
    </main>
  );
}

function Frame() {
  const route = useRoute();
  const theme = useTheme();
  const connection = useConnection();
  const overview = useLive('/overview');
  useFocusOfNewPages(route.slice(0, 2).join('/'));
  const place = route[0] === 'jobs' ? 'overview' : (route[0] ?? 'overview');
  return (
    <>
      <button className="skip" onClick={() => document.getElementById('content')?.focus()}>
        Skip to the content
      </button>
      <header className="top">
        <a className="brand" href={hrefTo()}>
          <img src="/icon.svg" alt="" /> Weir
        </a>
        <nav aria-label="Pages">
          {PLACES.map(({ name, at }) => (
            <a key={at} href={hrefTo(at)} aria-current={place === at ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <div className="tools">
          {overview.value && (
            <span className="faint">
              {overview.value['slots-available']} of {overview.value['slots-total']} slots free
            </span>
          )}
          <span className={`badge ${connection === 'open' ? 'good' : connection === 'lost' ? 'bad' : 'wait'}`} role="status">
            {connection === 'open' ? 'live' : connection === 'lost' ? 'no connection' : 'connecting'}
          </span>
          <button className="plain" onClick={() => chooseTheme(theme === 'dark' ? 'light' : 'dark')}>
            {theme === 'dark' ? 'Light' : 'Dark'}
          </button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {connection === 'lost' && (
          <Notice tone="bad" title="The job manager does not answer">
            What you see is as it was before. Jobs go on without it; this page tries again by itself.
          </Notice>
        )}
        <ErrorBoundary key={route.slice(0, 2).join('/')}>
          <Page route={route} />
        </ErrorBoundary>
      </main>
      <footer className="foot">Times are in this browser’s zone, {zone(new Date())}; those in logs and sentences are in UTC and say so.</footer>
    </>
  );
}

/** Who has followed a link goes on at the top of what it led to, not in the old place of the new page. */
function useFocusOfNewPages(page: string) {
  const last = useRef(page);
  useEffect(() => {
    if (last.current !== page) document.getElementById('content')?.focus();
    last.current = page;
  }, [page]);
}

export function App() {
  const [refused, setRefused] = useState(false);
  useEffect(() => onRefused(() => setRefused(true)), []);
  return refused ? <TokenQuestion onKnown={() => setRefused(false)} /> : <Frame />;
}
