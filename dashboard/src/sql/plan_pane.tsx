// EXPLAIN: each statement's plan as a graph of what would run, and all plans as text.
import { useState } from 'react';
import type { PostAnswer } from '../api/ask';
import { plural } from '../ui/format';
import { Graph } from '../ui/graph';
import { Tabs } from './tabs';

export type Plan = PostAnswer<'/ext/sql/explain'>;
type Job = Plan['jobs'][number];
type Vertex = Job['vertices'][number];

const BOX = { width: 270, height: 108 };
const MOST_LINES = 4;
const SHIPS: Record<Job['edges'][number]['ship'], string> = {
  FORWARD: 'forward', HASH: 'by key', REBALANCE: 'in turn', BROADCAST: 'to all', GLOBAL: 'to one',
};

export function PlanPane({ plan }: { plan: Plan }) {
  const [shown, setShown] = useState<'graph' | 'text'>(plan.jobs.length > 0 ? 'graph' : 'text');
  if (plan.plan === '') return <p className="faint">No query and no INSERT: there is no plan.</p>;
  return (
    <Tabs label="Plan as" tabs={[{ id: 'graph', name: 'Graph' }, { id: 'text', name: 'Text' }]} shown={shown} onShow={setShown}>
      {shown === 'graph' ? plan.jobs.map((job, i) => <JobGraph key={i} job={job} alone={plan.jobs.length === 1} />) : <PlanText text={plan.plan} />}
    </Tabs>
  );
}

function PlanText({ text }: { text: string }) {
  return (
    <div className="scroll" role="region" aria-label="Plan as text" tabIndex={0}>
      <pre className="carets">{text.trimEnd()}</pre>
    </div>
  );
}

function JobGraph({ job, alone }: { job: Job; alone: boolean }) {
  const [selected, setSelected] = useState<string | null>(null);
  const vertex = job.vertices.find(({ id }) => id === selected);
  return (
    <section aria-label={`Plan of ${job.name}`}>
      {!alone && <h3>{job.name}</h3>}
      <p className="faint">
        {job.vertices.length === 1 ? '1 vertex' : `${job.vertices.length} vertices`}, each with the operators that run in one thread;
        the lines say how rows get to the next.
      </p>
      <Graph
        label={`Plan of ${job.name}`}
        nodes={job.vertices}
        edges={job.edges.map(({ from, to, ship }) => ({ from, to, label: SHIPS[ship] }))}
        size={BOX}
        draw={(one) => <Box vertex={one} />}
        describe={describe}
        selected={selected}
        onSelect={(id) => setSelected(id === selected ? null : id)}
      />
      {vertex && (
        <div className="notice" role="status">
          <strong>Parallelism {vertex.parallelism}</strong>
          <ol>{vertex.operators.map((operator, i) => <li key={i}><code>{operator}</code></li>)}</ol>
        </div>
      )}
    </section>
  );
}

const describe = ({ parallelism, operators }: Vertex) =>
  `Parallelism ${parallelism}, ${plural(operators.length, 'operator')}: ${operators.join(', then ')}`;

function Box({ vertex: { parallelism, operators } }: { vertex: Vertex }) {
  const rest = operators.length - MOST_LINES;
  return (
    <span className="plan-vertex">
      <span className="faint">parallelism {parallelism}</span>
      {operators.slice(0, rest > 0 ? MOST_LINES - 1 : MOST_LINES).map((operator, i) => <code key={i}>{operator}</code>)}
      {rest > 0 && <span className="faint">and {rest + 1} more</span>}
    </span>
  );
}
