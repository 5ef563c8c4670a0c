// One checkpoint, by vertex and by subtask.
import { useState } from 'react';
import type { Answer } from '../../api/ask';
import { useLive } from '../../api/live';
import { bytes, duration, time } from '../../ui/format';
import { Notice, Panel, Shown, State, Table } from '../../ui/parts';
import { goTo } from '../../ui/route';
import type { JobPicture } from './job_state';

type Subtask = Answer<'/jobs/{jobid}/checkpoints/details/{checkpointid}/subtasks/{vertexid}'>['subtasks'][number];

export function CheckpointDetails({ job, id }: { job: JobPicture; id: string }) {
  const details = useLive('/jobs/{jobid}/checkpoints/details/{checkpointid}', { jobid: job.id, checkpointid: id });
  const [open, setOpen] = useState<string | null>(null);
  const nameOf = (vertex: string) => job.vertices.find((one) => one.id === vertex)?.name ?? vertex;
  return (
    <Panel
      title={`Checkpoint ${id}`}
      tools={<button className="plain" aria-label="Close the checkpoint" onClick={() => goTo('jobs', job.id, 'checkpoints')}>✕</button>}
    >
      <Shown of={details}>
        {(checkpoint) => (
          <>
            <p className="facts">
              <State state={checkpoint.status} />
              {checkpoint.is_savepoint && <span className="badge wait">savepoint</span>}
              <span>{checkpoint.checkpoint_type.toLowerCase().replace('_', ' ')}</span>
              <span>began {time(checkpoint.trigger_timestamp)}</span>
              {checkpoint.discarded && <span>deleted since</span>}
            </p>
            {checkpoint.failure_message && <Notice tone="bad">{checkpoint.failure_message}</Notice>}
            {checkpoint.external_path && <code className="wrap">{checkpoint.external_path}</code>}
            <Table
              label="By vertex"
              rows={Object.entries(checkpoint.tasks)}
              rowKey={([vertex]) => vertex}
              empty="No task takes part."
              columns={[
                {
                  head: 'Vertex',
                  cell: ([vertex]) => (
                    <button className="link wrap" aria-expanded={open === vertex} onClick={() => setOpen(open === vertex ? null : vertex)}>
                      {nameOf(vertex)}
                    </button>
                  ),
                },
                { head: 'Tasks', number: true, cell: ([, one]) => `${one.num_acknowledged_subtasks} of ${one.num_subtasks}` },
                { head: 'Took', number: true, cell: ([, one]) => duration(one.end_to_end_duration) },
                { head: 'Written', number: true, cell: ([, one]) => bytes(one.checkpointed_size) },
                { head: 'State', number: true, cell: ([, one]) => bytes(one.state_size) },
              ]}
            />
            {open && <Subtasks job={job.id} checkpoint={id} vertex={open} name={nameOf(open)} />}
          </>
        )}
      </Shown>
    </Panel>
  );
}

function Subtasks({ job, checkpoint, vertex, name }: { job: string; checkpoint: string; vertex: string; name: string }) {
  const path = '/jobs/{jobid}/checkpoints/details/{checkpointid}/subtasks/{vertexid}';
  const of = useLive(path, { jobid: job, checkpointid: checkpoint, vertexid: vertex });
  const ms = (pick: (one: Subtask) => number | undefined) => (one: Subtask) => {
    const value = pick(one);
    return value !== undefined && duration(value);
  };
  return (
    <>
      <h3 className="wrap">Subtasks of {name}</h3>
      <Shown of={of}>
        {({ subtasks }) => (
          <Table
            label={`Subtasks of ${name}`}
            rows={subtasks}
            rowKey={({ index }) => index}
            empty="None."
            columns={[
              { head: '#', number: true, cell: ({ index }) => index },
              { head: 'Status', cell: ({ status }) => <State state={status.toUpperCase()} /> },
              { head: 'Took', number: true, cell: ms((one) => one.end_to_end_duration) },
              { head: 'Until it began', number: true, cell: ms((one) => one.start_delay) },
              { head: 'Alignment', number: true, cell: ms((one) => one.alignment?.duration) },
              { head: 'Freezing', number: true, cell: ms((one) => one.checkpoint?.sync) },
              { head: 'Writing', number: true, cell: ms((one) => one.checkpoint?.async) },
              { head: 'State', number: true, cell: (one) => one.state_size !== undefined && bytes(one.state_size) },
            ]}
          />
        )}
      </Shown>
    </>
  );
}
