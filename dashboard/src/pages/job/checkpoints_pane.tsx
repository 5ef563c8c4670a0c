// How the job's checkpoints went: counts, the last ones, how they are configured.
import type { Answer } from '../../api/ask';
import { useLive } from '../../api/live';
import { bytes, duration, time } from '../../ui/format';
import { NameValues } from '../../ui/name_values';
import { Cards, Notice, Panel, Shown, State, Table } from '../../ui/parts';
import { hrefTo } from '../../ui/route';
import { CheckpointDetails } from './checkpoint_details';
import type { JobPicture } from './job_state';

type Checkpoints = Answer<'/jobs/{jobid}/checkpoints'>;
type Checkpoint = Checkpoints['history'][number];

export function CheckpointsPane({ job, chosen }: { job: JobPicture; chosen: string | null }) {
  const checkpoints = useLive('/jobs/{jobid}/checkpoints', { jobid: job.id });
  if (checkpoints.error?.status === 404) {
    return (
      <Notice title="It takes no checkpoints">
        <span>
          After a failure it begins anew. In the script: <code>SET 'execution.checkpointing.interval' = '10 s';</code>
        </span>
      </Notice>
    );
  }
  return (
    <Shown of={checkpoints}>
      {({ counts, summary, latest, history }) => (
        <>
          <Cards
            items={[
              { label: 'Completed', value: counts.completed, note: counts.in_progress > 0 ? `${counts.in_progress} in progress` : undefined },
              { label: 'Failed', value: counts.failed },
              { label: 'Restored', value: counts.restored },
              { label: 'Duration', value: duration(summary.end_to_end_duration.avg), note: `on average, at most ${duration(summary.end_to_end_duration.max)}` },
              { label: 'State', value: bytes(latest.completed?.state_size ?? 0), note: `of the last one, at most ${bytes(summary.state_size.max)}` },
            ]}
          />
          <Latest latest={latest} />
          <div className={chosen ? 'beside' : undefined}>
            <History job={job.id} history={history} chosen={chosen} />
            {chosen && <CheckpointDetails job={job} id={chosen} key={chosen} />}
          </div>
          <Configuration job={job.id} />
        </>
      )}
    </Shown>
  );
}

function Latest({ latest: { completed, savepoint, failed, restored } }: Pick<Checkpoints, 'latest'>) {
  const rows = [
    completed && { what: 'Completed', id: completed.id, at: completed.latest_ack_timestamp, text: completed.external_path },
    savepoint && { what: 'Savepoint', id: savepoint.id, at: savepoint.latest_ack_timestamp, text: savepoint.external_path },
    failed && { what: 'Failed', id: failed.id, at: failed.failure_timestamp, text: failed.failure_message },
    restored && { what: 'Restored', id: restored.id, at: restored.restore_timestamp, text: restored.external_path },
  ].filter((row) => row !== null);
  return (
    <Panel title="The last ones">
      <Table
        label="The last ones"
        rows={rows}
        rowKey={({ what }) => what}
        empty="No checkpoint yet."
        columns={[
          { head: 'What', cell: ({ what }) => what },
          { head: 'Id', number: true, cell: ({ id }) => id },
          { head: 'Time', cell: ({ at }) => at !== undefined && <span className="nowrap">{time(at)}</span> },
          { head: 'Where, or why', cell: ({ text }) => <span className="wrap">{text}</span> },
        ]}
      />
    </Panel>
  );
}

function History({ job, history, chosen }: { job: string; history: readonly Checkpoint[]; chosen: string | null }) {
  return (
    <Panel title="History">
      <Table
        label="History"
        rows={history}
        rowKey={({ id }) => id}
        empty="No checkpoint yet."
        columns={[
          {
            head: 'Id',
            cell: ({ id }) => (
              <a href={hrefTo('jobs', job, 'checkpoints', String(id))} aria-label={`Details of ${id}`} aria-current={chosen === String(id) || undefined}>
                {id}
              </a>
            ),
          },
          {
            head: 'Status',
            cell: ({ status, is_savepoint }) => (
              <>
                <State state={status} /> {is_savepoint && <span className="badge wait">savepoint</span>}
              </>
            ),
          },
          { head: 'Began', cell: ({ trigger_timestamp }) => <span className="nowrap">{time(trigger_timestamp)}</span> },
          { head: 'Took', number: true, cell: (one) => one.status !== 'IN_PROGRESS' && duration(one.end_to_end_duration) },
          { head: 'Tasks', number: true, cell: (one) => `${one.num_acknowledged_subtasks} of ${one.num_subtasks}` },
          { head: 'Written', number: true, cell: ({ checkpointed_size }) => bytes(checkpointed_size) },
          { head: 'State', number: true, cell: ({ state_size }) => bytes(state_size) },
          // Beside the details there is no room for it, and they tell it.
          ...(chosen ? [] : [{ head: 'Why not', cell: ({ failure_message }: Checkpoint) => failure_message && <span className="trouble wrap">{failure_message}</span> }]),
        ]}
      />
    </Panel>
  );
}

function Configuration({ job }: { job: string }) {
  return (
    <Panel title="Configuration">
      <Shown of={useLive('/jobs/{jobid}/checkpoints/config', { jobid: job })}>
        {(config) => (
          <NameValues
            label="Configuration"
            empty=""
            rows={[
              { name: 'mode', value: config.mode.replace('_', ' ') },
              { name: 'every', value: duration(config.interval) },
              { name: 'timeout', value: duration(config.timeout) },
              { name: 'least pause between two', value: duration(config.min_pause) },
              { name: 'at a time', value: String(config.max_concurrent) },
              { name: 'failures before the job fails', value: String(config.tolerable_failed_checkpoints) },
              { name: 'unaligned', value: config.unaligned_checkpoints ? 'yes' : 'no' },
              { name: 'state', value: config.state_backend },
              { name: 'kept in', value: config.checkpoint_storage },
              { name: 'after the job is cancelled', value: !config.externalization.enabled || config.externalization.delete_on_cancellation ? 'deleted' : 'kept' },
            ]}
          />
        )}
      </Shown>
    </Panel>
  );
}

