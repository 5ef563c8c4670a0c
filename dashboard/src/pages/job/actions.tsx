// The buttons of a job that goes on. Each asks first, and reports how it went.
import { type ReactNode, useState } from 'react';
import { useLive } from '../../api/live';
import { Dialog } from '../../ui/dialog';
import { plural } from '../../ui/format';
import { hasEnded, type JobPicture, mostParallelism } from './job_state';
import { cancel, rescale, stop, takeSavepoint } from './operations';

type Action = 'savepoint' | 'rescale' | 'stop' | 'cancel';
const NAMES: Record<Action, string> = { savepoint: 'Savepoint', rescale: 'Rescale', stop: 'Stop', cancel: 'Cancel' };
const DIALOGS = { savepoint: SavepointDialog, rescale: RescaleDialog, stop: StopDialog, cancel: CancelDialog };
type Props = { job: JobPicture; onClose: () => void };

export function JobActions({ job }: { job: JobPicture }) {
  const [asked, setAsked] = useState<Action | null>(null);
  const Asked = asked && DIALOGS[asked];
  return (
    <div className="actions">
      {!hasEnded(job.state) &&
        (Object.keys(NAMES) as Action[]).map((action) => (
          <button key={action} className={action === 'cancel' ? 'danger' : undefined} onClick={() => setAsked(action)}>
            {NAMES[action]} …
          </button>
        ))}
      {Asked && <Asked job={job} onClose={() => setAsked(null)} />}
    </div>
  );
}

function Folder({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <label>
      Folder
      <input value={value} placeholder="as configured" onChange={(event) => onChange(event.target.value)} autoFocus />
    </label>
  );
}
function SavepointIn({ folder, children }: { folder: string; children: ReactNode }) {
  return (
    <p>
      {children} <code className="wrap">{folder}</code>
    </p>
  );
}

function SavepointDialog({ job, onClose }: Props) {
  const [folder, setFolder] = useState('');
  return (
    <Dialog
      title={`Savepoint of ${job.name}`}
      confirm="Take it"
      onClose={onClose}
      act={async () => <SavepointIn folder={await takeSavepoint(job.id, folder.trim())}>The savepoint is in</SavepointIn>}
    >
      <p>A whole copy of the state, which stays until you delete it. The job goes on.</p>
      <Folder value={folder} onChange={setFolder} />
    </Dialog>
  );
}

function StopDialog({ job, onClose }: Props) {
  const [folder, setFolder] = useState('');
  const [drain, setDrain] = useState(false);
  return (
    <Dialog
      title={`Stop ${job.name}`}
      confirm="Stop it"
      danger
      onClose={onClose}
      act={async () => <SavepointIn folder={await stop(job.id, folder.trim(), drain)}>It has stopped. The savepoint is in</SavepointIn>}
    >
      <p>It takes a savepoint and ends behind it. What it has written is complete, and it can go on from there.</p>
      <Folder value={folder} onChange={setFolder} />
      <label className="check">
        <input type="checkbox" checked={drain} onChange={(event) => setDrain(event.target.checked)} /> Drain: close all windows first
      </label>
    </Dialog>
  );
}

function CancelDialog({ job, onClose }: Props) {
  return (
    <Dialog
      title={`Cancel ${job.name}`}
      confirm="Cancel it"
      danger
      onClose={onClose}
      act={async () => <p>It is {(await cancel(job.id)).state.toLowerCase()}.</p>}
    >
      <p>It ends at once, without a savepoint.</p>
    </Dialog>
  );
}

function RescaleDialog({ job, onClose }: Props) {
  const free = useLive('/overview').value?.['slots-available'] ?? 0;
  const most = mostParallelism(job, free);
  const [wanted, setWanted] = useState(String(job.parallelism));
  return (
    <Dialog
      title={`Rescale ${job.name}`}
      confirm="Rescale it"
      onClose={onClose}
      act={async () => {
        const { state, parallelism } = await rescale(job.id, Number(wanted));
        return <p>It is {state.toLowerCase()} at parallelism {parallelism}.</p>;
      }}
    >
      <p>It takes a checkpoint and goes on from there at another parallelism. {plural(free, 'slot')} {free === 1 ? 'is' : 'are'} free.</p>
      <label>
        Parallelism, 1 to {most}
        <input type="number" min={1} max={most} required value={wanted} onChange={(event) => setWanted(event.target.value)} autoFocus />
      </label>
    </Dialog>
  );
}
