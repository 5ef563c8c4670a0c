// All task managers: who has room, who is loaded.
import type { Answer } from '../api/ask';
import { useLive } from '../api/live';
import { ago, bytes } from '../ui/format';
import { useNow } from '../ui/now';
import { Panel, Shown, Table } from '../ui/parts';
import { hrefTo } from '../ui/route';
import { useTitle } from '../ui/title';
import { StartTaskManager } from './start_task_manager';
import { Budgets, Load, Slots } from './task_manager/numbers';

export type TaskManager = Answer<'/ext/taskmanagers'>['taskManagers'][number];

export function TaskManagersPage() {
  useTitle('Task managers');
  const now = useNow();
  return (
    <>
      <h1 className="visually-hidden">Task managers</h1>
      <Panel title="Task managers">
        <Shown of={useLive('/ext/taskmanagers')}>
          {({ taskManagers }) => (
            <Table
              label="Task managers"
              rows={taskManagers}
              rowKey={({ id }) => id}
              empty={<StartTaskManager />}
              columns={[
                {
                  head: 'Task manager',
                  cell: ({ id, address, draining }) => (
                    <>
                      <a href={hrefTo('taskmanagers', id)}>{id}</a> <span className="faint">{address}</span>{' '}
                      {draining && <span className="badge busy">draining</span>}
                    </>
                  ),
                },
                { head: 'Free slots', number: true, cell: (one) => <Slots of={one} /> },
                { head: 'Cores busy', cell: (one) => <Load of={one} /> },
                { head: 'Memory', number: true, cell: ({ residentBytes }) => bytes(residentBytes) },
                { head: 'Budgets', cell: ({ budgets }) => <Budgets of={budgets} /> },
                { head: 'Jobs', cell: ({ jobs }) => <JobLinks of={jobs} /> },
                { head: 'Last heartbeat', cell: ({ lastHeartbeat }) => ago(now - lastHeartbeat) },
              ]}
            />
          )}
        </Shown>
      </Panel>
    </>
  );
}

function JobLinks({ of }: { of: TaskManager['jobs'] }) {
  if (of.length === 0) return <span className="faint">none</span>;
  return (
    <>
      {of.map(({ id, name }) => (
        <div key={id}>
          <a className="wrap" href={hrefTo('jobs', id)}>{name}</a>
        </div>
      ))}
    </>
  );
}
