// One task manager.
import { useLive } from '../api/live';
import { ago, bytes, plural } from '../ui/format';
import { LogView } from '../ui/log_view';
import { MetricsView } from '../ui/metrics_view';
import { useNow } from '../ui/now';
import { Cards, Notice, Panel, Shown, Table } from '../ui/parts';
import { hrefTo } from '../ui/route';
import { Tabs } from '../ui/tabs';
import { useTitle } from '../ui/title';
import { Budgets, Load, Slots } from './task_manager/numbers';
import type { TaskManager } from './task_managers_page';

const TABS = [
  { id: 'state', name: 'State' },
  { id: 'metrics', name: 'Metrics' },
  { id: 'log', name: 'Log' },
  { id: 'stdout', name: 'Standard output' },
];

export function TaskManagerPage({ id, tab }: { id: string; tab: string }) {
  useTitle(`Task manager ${id}`);
  const all = useLive('/ext/taskmanagers');
  const path = `/taskmanagers/${encodeURIComponent(id)}`;
  const one = all.value?.taskManagers.find((other) => other.id === id);
  return (
    <>
      <div className="bar">
        <h1>Task manager {id}</h1>
        {one?.draining && <span className="badge busy">draining</span>}
      </div>
      <Tabs label="Of this task manager" at={['taskmanagers', id]} tabs={TABS} current={tab} />
      <Shown of={all}>
        {() => {
          if (!one) return <Gone />;
          if (tab === 'metrics') return <MetricsView path={`${path}/metrics`} />;
          if (tab === 'log') return <LogView key="log" title="Log" path={`${path}/log`} />;
          if (tab === 'stdout') return <LogView key="stdout" title="Standard output" path={`${path}/stdout`} />;
          return <Now of={one} />;
        }}
      </Shown>
    </>
  );
}

function Gone() {
  return (
    <Notice tone="bad" title="It is not connected">
      It has ended, or has lost the job manager. <a href={hrefTo('taskmanagers')}>Those that are</a>
    </Notice>
  );
}

function Now({ of }: { of: TaskManager }) {
  const now = useNow();
  return (
    <>
      <Cards
        items={[
          { label: 'Free slots', value: <Slots of={of} /> },
          { label: 'Cores busy', value: <Load of={of} /> },
          { label: 'Its memory', value: bytes(of.residentBytes) },
          { label: 'Free on the machine', value: bytes(of.machineFreeBytes), note: `of ${bytes(of.machineBytes)}` },
          { label: 'Last heartbeat', value: ago(now - of.lastHeartbeat) },
        ]}
      />
      <Panel title="Memory by budget">
        <Budgets of={of.budgets} />
      </Panel>
      <Panel title="Jobs">
        <Table
          label="Jobs"
          rows={of.jobs}
          rowKey={({ id }) => id}
          empty="None runs here."
          columns={[
            { head: 'Job', cell: ({ id, name }) => <a className="wrap" href={hrefTo('jobs', id)}>{name}</a> },
            { head: 'Slots', number: true, cell: ({ slots }) => slots },
          ]}
        />
      </Panel>
      <Panel title="Process">
        <p>
          {of.address}, host {of.host}, process {of.pid}, Weir {of.version}, {plural(of.cpuCores, 'core')}
        </p>
      </Panel>
    </>
  );
}
