// What was asked for: the script and its options.
import { useLive } from '../../api/live';
import { NameValues } from '../../ui/name_values';
import { Panel, Shown } from '../../ui/parts';
import type { JobPicture } from './job_state';

export function ConfigurationPane({ job }: { job: JobPicture }) {
  const config = useLive('/jobs/{jobid}/config', { jobid: job.id });
  return (
    <>
      <Panel title="SQL">{job.sql ? <pre className="sunken" tabIndex={0} role="region" aria-label="SQL">{job.sql}</pre> : <p className="faint">Not known.</p>}</Panel>
      <Shown of={config}>
        {({ 'execution-config': execution }) => (
          <>
            <Panel title="Execution">
              <NameValues
                label="Execution"
                empty=""
                rows={[
                  { name: 'parallelism', value: String(execution['job-parallelism']) },
                  { name: 'most parallelism', value: String(job.maxParallelism) },
                  { name: 'restart strategy', value: execution['restart-strategy'] },
                ]}
              />
            </Panel>
            <Panel title="Options">
              <NameValues
                label="Options"
                code
                empty="None were set: all is as by default."
                rows={Object.entries(execution['user-config']).map(([name, value]) => ({ name, value }))}
              />
            </Panel>
          </>
        )}
      </Shown>
    </>
  );
}
