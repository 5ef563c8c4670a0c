// One job: its head, and one of its panes.
import { useEffect, useRef } from 'react';
import { useConnection, useLive } from '../api/live';
import { duration, time } from '../ui/format';
import { useNow } from '../ui/now';
import { Notice, Problem, Shown, State } from '../ui/parts';
import { Tabs } from '../ui/tabs';
import { useTitle } from '../ui/title';
import { JobActions } from './job/actions';
import { CheckpointsPane } from './job/checkpoints_pane';
import { ConfigurationPane } from './job/configuration_pane';
import { ExceptionsPane } from './job/exceptions_pane';
import { GraphPane } from './job/graph_pane';
import './job/job.css';
import { hasEnded, type JobPicture } from './job/job_state';
import { RateHistory } from './job/rate_history';
import { SourcesPane } from './job/sources_pane';

const TABS = [
  { id: 'graph', name: 'Graph' },
  { id: 'checkpoints', name: 'Checkpoints' },
  { id: 'exceptions', name: 'Exceptions' },
  { id: 'sources', name: 'Sources' },
  { id: 'configuration', name: 'Configuration' },
];

/** `parts`: of the address, behind the job's id: which pane, and what is chosen in it. */
export function JobPage({ id, parts: [tab = 'graph', chosen] }: { id: string; parts: string[] }) {
  const picture = useLive('/ext/jobs/{jobid}', { jobid: id });
  const history = useHistory(picture.value);
  useTitle(picture.value?.name ?? 'Job');
  if (!picture.value && picture.error) {
    return (
      <>
        <h1>Job {id}</h1>
        <Problem error={picture.error} />
      </>
    );
  }
  return (
    <Shown of={picture}>
      {(job) => (
        <>
          <Head job={job} />
          <Tabs label="Of this job" at={['jobs', id]} tabs={TABS} current={tab} />
          {tab === 'graph' && <GraphPane job={job} chosen={chosen ?? null} history={history} />}
          {tab === 'checkpoints' && <CheckpointsPane job={job} chosen={chosen ?? null} />}
          {tab === 'exceptions' && <ExceptionsPane id={id} />}
          {tab === 'sources' && <SourcesPane job={job} />}
          {tab === 'configuration' && <ConfigurationPane job={job} />}
          {!TABS.some((one) => one.id === tab) && <Notice tone="bad" title="There is no such page" />}
        </>
      )}
    </Shown>
  );
}

function Head({ job }: { job: JobPicture }) {
  return (
    <>
      <div className="bar">
        <div className="job-name">
          <h1 className="wrap">{job.name}</h1>
          <State state={job.state} />
        </div>
        <JobActions job={job} />
      </div>
      <p className="facts">
        <code>{job.id}</code>
        <Times job={job} />
        <span>parallelism {job.parallelism}</span>
        <span>{job.restarts === 1 ? '1 restart' : `${job.restarts} restarts`}</span>
        {job.hasResults && <span>a query: its rows go to whoever has asked it</span>}
      </p>
      {job.note && <Notice tone="wait" title={job.note} />}
      {job.reason && <Notice tone={job.state === 'FAILED' ? 'bad' : 'busy'} title={job.reason} />}
      {job.stopFailure && <Notice tone="bad" title="It could not be stopped">{job.stopFailure}</Notice>}
      {job.savepoint && (
        <Notice title="Ended behind a savepoint">
          <code>{job.savepoint}</code>
        </Notice>
      )}
    </>
  );
}

function Times({ job }: { job: JobPicture }) {
  const now = useNow();
  if (job.endedAt !== null) {
    return <span>from {time(job.startedAt)} to {time(job.endedAt)}, {duration(job.endedAt - job.startedAt)}</span>;
  }
  return <span>since {time(job.startedAt)}, {duration(now - job.startedAt)}</span>;
}

/** The rates of the job since the page was opened, taken once a second. */
function useHistory(job: JobPicture | undefined): RateHistory {
  const history = useRef<RateHistory>();
  history.current ??= new RateHistory();
  const last = useRef(job);
  last.current = job;
  const connection = useConnection();
  useEffect(() => {
    const take = () => {
      if (last.current && !hasEnded(last.current.state)) history.current!.push(Date.now(), connection === 'open' ? last.current.vertices : []);
    };
    const timer = setInterval(take, 1000);
    return () => clearInterval(timer);
  }, [connection]);
  return history.current;
}
