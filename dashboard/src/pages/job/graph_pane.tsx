// The job's vertices as they work now: which holds it back, and why there is no output.
import { bytes, count, duration, percent, rate, shortName } from '../../ui/format';
import { Graph } from '../../ui/graph';
import { Meter, Notice, Panel, Said } from '../../ui/parts';
import { goTo, hrefTo } from '../../ui/route';
import { hasEnded, type JobPicture, tasksInWords, type Vertex } from './job_state';
import type { RateHistory } from './rate_history';
import { VertexPanel } from './vertex_panel';

// Room for a name of two lines and all that can stand below it.
const SIZE = { width: 240, height: 158 };
const SIZE_ENDED = { width: 240, height: 110 };

export function GraphPane({ job, chosen, history }: { job: JobPicture; chosen: string | null; history: RateHistory }) {
  const ended = hasEnded(job.state);
  const vertex = job.vertices.find(({ id }) => id === chosen);
  return (
    <>
      {!ended && <Output job={job} />}
      <div className={vertex ? 'beside' : undefined}>
        <Panel title="Graph">
          {!ended && job.pace.sentence && <p className={job.pace.vertex ? 'pace slow' : 'pace'}><Said text={job.pace.sentence} /></p>}
          <Graph
            label="Vertices of the job"
            nodes={job.vertices}
            edges={job.edges.map(({ from, to, ship }) => ({ from, to, label: ship === 'FORWARD' ? '' : ship.toLowerCase() }))}
            size={ended ? SIZE_ENDED : SIZE}
            selected={chosen}
            onSelect={(id) => (id === chosen ? goTo('jobs', job.id, 'graph') : goTo('jobs', job.id, 'graph', id))}
            tone={({ id, troubles }) => (troubles.length > 0 ? 'bad' : !ended && id === job.pace.vertex ? 'busy' : undefined)}
            draw={(one) => <VertexBox of={one} ended={ended} />}
            describe={({ id, troubles }) => [...(!ended && id === job.pace.vertex ? ['sets the pace'] : []), ...troubles].join(', ')}
          />
        </Panel>
        {vertex && <VertexPanel job={job} vertex={vertex} history={history} />}
      </div>
    </>
  );
}

// There all the time, so that nothing below it moves when output comes in bursts.
function Output({ job: { id, output, vertices } }: { job: JobPicture }) {
  const vertex = vertices.find((one) => one.id === output.vertex);
  const flows = output.reason === 'FLOWS';
  return (
    <section aria-label="Output" className={flows ? undefined : 'no-output'}>
      <Notice silent tone={flows ? 'good' : output.reason === 'SINK_REFUSES' ? 'bad' : 'busy'} title={flows ? 'Output' : 'Why is there no output?'}>
        <Said text={output.sentence} />
        {output.advice && <Said text={output.advice} />}
        {vertex && <a className="wrap" href={hrefTo('jobs', id, 'graph', vertex.id)}>{shortName(vertex.name)}</a>}
      </Notice>
    </section>
  );
}

export function shares({ busy, backPressured, idle }: Pick<Vertex, 'busy' | 'backPressured' | 'idle'>) {
  return [
    { name: 'busy', share: busy, color: 'var(--busy-bar)' },
    { name: 'back-pressured', share: backPressured, color: 'var(--back-bar)' },
    { name: 'idle', share: idle, color: 'var(--idle-bar)' },
  ];
}

function VertexBox({ of, ended }: { of: Vertex; ended: boolean }) {
  const tasks = tasksInWords(of.states);
  return (
    <>
      <span className="vertex-name">
        <b title={of.name}>{of.name}</b> <span className="faint">×{of.parallelism}</span>
      </span>
      <span className="vertex-rate">{ended ? `${count(of.recordsIn)} in, ${count(of.recordsOut)} out` : ratesOf(of)}</span>
      {ended ? (
        <span className="faint">{tasks}</span>
      ) : (
        <>
          <Meter label="Its time" parts={shares(of)} />
          <span className="faint">{tasks === `${of.parallelism} running` ? sharesInWords(of) : tasks}</span>
          {of.watermarkLagMs !== null && <span className="faint">watermark {duration(of.watermarkLagMs)} behind</span>}
          {of.recordsWaiting !== null && <span className="faint">{count(of.recordsWaiting)} waiting</span>}
        </>
      )}
      {of.stateBytes > 0 && <span className="faint">state {bytes(of.stateBytes)}</span>}
    </>
  );
}

/** Which of its rates say something: a sink has nobody that it sends to. */
export function ways({ operators }: Vertex): ('in' | 'out')[] {
  const last = operators.at(-1)?.kind;
  return last === 'sink' || last === 'collect' ? ['in'] : ['in', 'out'];
}
function ratesOf(vertex: Vertex): string {
  return ways(vertex).map((way) => `${rate(way === 'in' ? vertex.recordsInPerSecond : vertex.recordsOutPerSecond)} ${way}`).join(', ');
}
function sharesInWords({ busy, backPressured, idle }: Vertex): string {
  if (backPressured >= 0.1) return `${percent(busy)} busy, ${percent(backPressured)} held back`;
  return `${percent(busy)} busy, ${percent(idle)} idle`;
}
