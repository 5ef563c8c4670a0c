// One vertex: what it is made of, where it runs, how it goes on.
import { bytes, count, duration, exact, percent, rate, time } from '../../ui/format';
import { Notice, Panel, State, Table } from '../../ui/parts';
import { goTo, hrefTo } from '../../ui/route';
import { ways } from './graph_pane';
import { hasEnded, type JobPicture, type Vertex } from './job_state';
import { RateChart } from './rate_chart';
import type { RateHistory } from './rate_history';
import { SplitTable } from './split_table';
import { StateView } from './state_view';

export function VertexPanel({ job, vertex, history }: { job: JobPicture; vertex: Vertex; history: RateHistory }) {
  const ended = hasEnded(job.state);
  const counters = Object.entries(vertex.counters);
  return (
    <Panel
      title={vertex.name}
      tools={<button className="plain" aria-label="Close the vertex" onClick={() => goTo('jobs', job.id, 'graph')}>✕</button>}
    >
      {vertex.troubles.map((trouble) => <Notice key={trouble} tone="bad">{trouble}</Notice>)}
      <Totals vertex={vertex} ended={ended} />
      {!ended && <RateChart vertex={vertex.id} history={history} shows={ways(vertex)} />}
      <h3>Operators</h3>
      <Table
        label="Operators"
        rows={vertex.operators.map((operator, place) => ({ ...operator, place }))}
        rowKey={({ place }) => place}
        empty="None."
        columns={[
          { head: 'Operator', cell: ({ name }) => <span className="wrap">{name}</span> },
          { head: 'Kind', cell: ({ kind }) => kind },
          { head: 'Rows in', number: true, cell: ({ recordsIn }) => exact(recordsIn) },
        ]}
      />
      <h3>Subtasks</h3>
      <Subtasks vertex={vertex} ended={ended} />
      {vertex.splits.length > 0 && (
        <>
          <h3>Splits</h3>
          <SplitTable label="Splits" splits={vertex.splits} />
        </>
      )}
      {!ended && vertex.stateEntries > 0 && (
        <>
          <h3>State</h3>
          <StateView key={vertex.id} job={job.id} vertex={vertex.id} />
        </>
      )}
      {counters.length > 0 && (
        <>
          <h3>Counters</h3>
          <Table
            label="Counters"
            rows={counters}
            rowKey={([name]) => name}
            empty=""
            columns={[
              { head: 'Counter', cell: ([name]) => <code className="wrap">{name}</code> },
              { head: 'Value', number: true, cell: ([, value]) => exact(value) },
            ]}
          />
        </>
      )}
    </Panel>
  );
}

function Totals({ vertex, ended }: { vertex: Vertex; ended: boolean }) {
  const facts = [
    `${exact(vertex.recordsIn)} rows in`,
    `${exact(vertex.recordsOut)} rows out`,
    vertex.stateEntries > 0 || vertex.stateBytes > 0 ? `state ${bytes(vertex.stateBytes)}, ${exact(vertex.stateEntries)} entries` : '',
    !ended ? `${bytes(vertex.bytesInPerSecond)}/s in, ${bytes(vertex.bytesOutPerSecond)}/s out` : '',
    vertex.watermark !== null ? `watermark ${time(vertex.watermark)}` : '',
    !ended && vertex.watermarkLagMs !== null ? `${duration(vertex.watermarkLagMs)} behind` : '',
  ];
  return <p className="facts">{facts.filter((fact) => fact !== '').map((fact, i) => <span key={i}>{fact}</span>)}</p>;
}

function Subtasks({ vertex, ended }: { vertex: Vertex; ended: boolean }) {
  type Subtask = Vertex['subtasks'][number];
  const live = [
    { head: 'Rows/s in', number: true, cell: (one: Subtask) => rate(one.recordsInPerSecond) },
    { head: 'Busy', number: true, cell: (one: Subtask) => percent(one.busy) },
    { head: 'Held back', number: true, cell: (one: Subtask) => percent(one.backPressured) },
  ];
  return (
    <Table
      label="Subtasks"
      rows={vertex.subtasks}
      rowKey={({ index }) => index}
      empty="None yet."
      columns={[
        { head: '#', number: true, cell: ({ index }) => index },
        { head: 'State', cell: ({ state }) => <State state={state} /> },
        {
          head: 'Where',
          cell: ({ taskManager, endpoint }) => taskManager && <a href={hrefTo('taskmanagers', taskManager)}>{endpoint ?? taskManager}</a>,
        },
        { head: 'Rows in', number: true, cell: ({ recordsIn }) => count(recordsIn) },
        { head: 'Rows out', number: true, cell: ({ recordsOut }) => count(recordsOut) },
        ...(ended ? [] : live),
        { head: 'Watermark', cell: ({ watermark }) => watermark !== null && <span className="nowrap">{time(watermark)}</span> },
        { head: 'State size', number: true, cell: ({ stateBytes }) => bytes(stateBytes) },
        { head: 'Trouble', cell: ({ trouble }) => trouble && <span className="trouble wrap">{trouble}</span> },
      ]}
    />
  );
}
