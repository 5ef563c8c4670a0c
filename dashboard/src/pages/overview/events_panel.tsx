// What has happened in the cluster, newest first.
import { useState } from 'react';
import type { Answer } from '../../api/ask';
import { useLive } from '../../api/live';
import { time } from '../../ui/format';
import { Panel, Shown, Table, type Tone } from '../../ui/parts';
import { hrefTo } from '../../ui/route';

const FIRST = 20;
const TONES: Record<Event['severity'], Tone> = { info: 'quiet', warning: 'busy', error: 'bad' };
type Event = Answer<'/ext/events'>['events'][number];

export function EventsPanel() {
  const events = useLive('/ext/events');
  const [all, setAll] = useState(false);
  const more = (events.value?.events.length ?? 0) > FIRST;
  return (
    <Panel
      title="Events"
      tools={more && <button onClick={() => setAll(!all)}>{all ? `The last ${FIRST}` : 'All'}</button>}
    >
      <Shown of={events}>
        {({ events: list }) => (
          <Table
            label="Events"
            rows={all ? list : list.slice(0, FIRST)}
            rowKey={({ id }) => id}
            empty="Nothing yet."
            columns={[
              { head: 'Time', cell: ({ at }) => <span className="nowrap">{time(at)}</span> },
              { head: 'Severity', cell: ({ severity }) => <span className={`badge ${TONES[severity]}`}>{severity}</span> },
              { head: 'Event', cell: ({ text }) => <span className="wrap">{text}</span> },
              { head: 'Where', cell: (event) => <Where {...event} /> },
            ]}
          />
        )}
      </Shown>
    </Panel>
  );
}

function Where({ job, taskManager }: Event) {
  return (
    <span className="nowrap">
      {job !== null && <a href={hrefTo('jobs', job)}>job {job.slice(0, 8)}</a>}
      {job !== null && taskManager !== null && ', '}
      {taskManager !== null && <a href={hrefTo('taskmanagers', taskManager)}>task manager {taskManager}</a>}
    </span>
  );
}
