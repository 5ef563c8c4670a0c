// All that the job reads, and how much of it waits.
import { exact, rate } from '../../ui/format';
import { Cards, Panel } from '../../ui/parts';
import { hasEnded, type JobPicture, waitingIn } from './job_state';
import { SplitTable } from './split_table';

export function SourcesPane({ job }: { job: JobPicture }) {
  const sources = job.vertices.filter(({ operators }) => operators.some(({ kind }) => kind === 'source'));
  const waiting = waitingIn(sources.flatMap(({ splits }) => splits));
  return (
    <>
      {!hasEnded(job.state) && (
        <Cards
          items={[
            ...(waiting !== null ? [{ label: 'Records waiting', value: exact(waiting) }] : []),
            { label: 'Records read', value: rate(sources.reduce((sum, one) => sum + one.recordsInPerSecond, 0)) },
          ]}
        />
      )}
      {sources.map(({ id, name, splits }) => {
        const here = waitingIn(splits);
        return (
          <Panel key={id} title={name} tools={here !== null && <span className="faint">{exact(here)} waiting</span>}>
            <SplitTable label={`Splits of ${name}`} splits={splits} />
          </Panel>
        );
      })}
      {sources.length === 0 && <p className="faint">It reads nothing.</p>}
    </>
  );
}
