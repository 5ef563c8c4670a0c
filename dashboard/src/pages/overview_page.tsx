// The cluster at a glance: what runs, what has ended, what has happened.
import { useLive } from '../api/live';
import { Cards, Shown } from '../ui/parts';
import { useTitle } from '../ui/title';
import { EventsPanel } from './overview/events_panel';
import { JobsPanels } from './overview/jobs_panels';

export function OverviewPage() {
  useTitle('Overview');
  const overview = useLive('/overview');
  return (
    <>
      <h1 className="visually-hidden">Overview</h1>
      <Shown of={overview}>
        {(cluster) => (
          <Cards
            items={[
              { label: 'Free slots', value: cluster['slots-available'], note: `of ${cluster['slots-total']}` },
              { label: 'Task managers', value: cluster.taskmanagers },
              { label: 'Jobs running', value: cluster['jobs-running'] },
              {
                label: 'Jobs ended',
                value: cluster['jobs-finished'] + cluster['jobs-cancelled'] + cluster['jobs-failed'],
                note: cluster['jobs-failed'] > 0 ? `${cluster['jobs-failed']} failed` : undefined,
              },
              { label: 'Version', value: cluster['flink-commit'].replace(/^weir-/, ''), note: `REST of Flink ${cluster['flink-version']}` },
            ]}
          />
        )}
      </Shown>
      <JobsPanels taskManagers={overview.value?.taskmanagers} />
      <EventsPanel />
    </>
  );
}
