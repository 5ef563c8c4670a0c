// Jobs that run and jobs that have ended.
import type { Answer } from '../../api/ask';
import { useLive } from '../../api/live';
import { duration, time } from '../../ui/format';
import { useNow } from '../../ui/now';
import { type Column, Notice, Panel, Shown, State, Table } from '../../ui/parts';
import { hrefTo } from '../../ui/route';
import { hasEnded } from '../job/job_state';
import { StartTaskManager } from '../start_task_manager';

type Job = Answer<'/jobs/overview'>['jobs'][number];

/** `taskManagers`: how many there are, if that is known. */
export function JobsPanels({ taskManagers }: { taskManagers: number | undefined }) {
  const jobs = useLive('/jobs/overview');
  const now = useNow();
  const name: Column<Job> = { head: 'Job', cell: ({ jid, name }) => <a className="wrap" href={hrefTo('jobs', jid)}>{name}</a> };
  const state: Column<Job> = { head: 'State', cell: (job) => <State state={job.state} /> };
  return (
    <Shown of={jobs}>
      {({ jobs: all }) => {
        const ended = all.filter((job) => hasEnded(job.state));
        return (
          <>
            {taskManagers === 0 && <StartTaskManager />}
            <Panel title="Running jobs">
              <Table
                label="Running jobs"
                rows={all.filter((job) => !hasEnded(job.state))}
                rowKey={({ jid }) => jid}
                empty={<NoJobs />}
                columns={[
                  name,
                  state,
                  { head: 'Since', cell: (job) => <span title={time(job['start-time'])}>{duration(now - job['start-time'])}</span> },
                  { head: 'Tasks', number: true, cell: ({ tasks }) => `${tasks.running} of ${tasks.total}` },
                ]}
              />
            </Panel>
            {ended.length > 0 && (
              <Panel title="Ended jobs">
                <Table
                  label="Ended jobs"
                  rows={ended}
                  rowKey={({ jid }) => jid}
                  empty=""
                  columns={[
                    name,
                    state,
                    { head: 'Ended', cell: (job) => <span className="nowrap">{time(job['end-time'])}</span> },
                    { head: 'Took', cell: (job) => duration(job.duration) },
                    { head: 'Tasks', number: true, cell: ({ tasks }) => tasks.total },
                  ]}
                />
              </Panel>
            )}
          </>
        );
      }}
    </Shown>
  );
}

function NoJobs() {
  return (
    <Notice title="No job runs">
      <span>
        Write one on the <a href={hrefTo('sql')}>SQL page</a>, or run a script: <code>weir run -f script.sql --detached</code>
      </span>
    </Notice>
  );
}
