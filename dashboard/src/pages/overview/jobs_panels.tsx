// Jobs that run and jobs that have ended.
import type { Answer } from '../../api/ask';
import { useLive } from '../../api/live';
import { duration, time } from '../../ui/format';
import { useNow } from '../../ui/now';
import { type Column, Notice, Panel, Shown, State, Table } from '../../ui/parts';
import { hrefTo } from '../../ui/route';
import { hasEnded, tasksInWords } from '../job/job_state';
import { StartTaskManager } from '../start_task_manager';

type Job = Answer<'/ext/jobs'>['jobs'][number];

/** `taskManagers`: how many there are, if that is known. */
export function JobsPanels({ taskManagers }: { taskManagers: number | undefined }) {
  const jobs = useLive('/ext/jobs');
  const now = useNow();
  const name: Column<Job> = { head: 'Job', cell: ({ id, name }) => <a className="wrap" href={hrefTo('jobs', id)}>{name}</a> };
  const restarts: Column<Job> = { head: 'Restarts', number: true, cell: (job) => job.restarts };
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
                rowKey={({ id }) => id}
                empty={<NoJobs />}
                columns={[
                  name,
                  state,
                  { head: 'Since', cell: (job) => <span title={time(job.startedAt)}>{duration(now - job.startedAt)}</span> },
                  { head: 'Tasks', cell: ({ tasks }) => tasksInWords(tasks) },
                  restarts,
                  { head: 'Reason', cell: ({ note, reason }) => <span className="wrap">{note ?? reason}</span> },
                ]}
              />
            </Panel>
            {ended.length > 0 && (
              <Panel title="Ended jobs">
                <Table
                  label="Ended jobs"
                  rows={ended}
                  rowKey={({ id }) => id}
                  empty=""
                  columns={[
                    name,
                    state,
                    { head: 'Ended', cell: (job) => <span className="nowrap">{job.endedAt !== null && time(job.endedAt)}</span> },
                    { head: 'Took', cell: (job) => <span className="nowrap">{duration((job.endedAt ?? now) - job.startedAt)}</span> },
                    restarts,
                    { head: 'Reason', cell: ({ reason }) => <span className="wrap">{reason}</span> },
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
