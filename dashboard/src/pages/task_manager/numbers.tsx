// The numbers of a task manager, as they are shown wherever it is.
import { bytes } from '../../ui/format';
import { Meter } from '../../ui/parts';
import type { TaskManager } from '../task_managers_page';

export function Slots({ of: { slots, freeSlots } }: { of: TaskManager }) {
  return <>{freeSlots} of {slots}</>;
}

export function Load({ of: { cpuLoad, cpuCores } }: { of: TaskManager }) {
  if (cpuLoad === null) return <span className="faint">not yet known</span>;
  return (
    <div className="measured">
      <span>{cpuLoad.toFixed(1)} of {cpuCores}</span>
      <Meter label="Cores busy" parts={[{ name: 'busy', share: cpuLoad / cpuCores, color: 'var(--busy-bar)' }]} />
    </div>
  );
}

export function Budgets({ of }: { of: TaskManager['budgets'] }) {
  return (
    <div className="budgets">
      {of.map(({ name, usedBytes, limitBytes }) => (
        <div className="measured" key={name}>
          <span>
            {name} {bytes(usedBytes)} {limitBytes !== null && <span className="faint">of {bytes(limitBytes)}</span>}
          </span>
          {limitBytes !== null && limitBytes > 0 && (
            <Meter label={name} parts={[{ name: 'used', share: usedBytes / limitBytes, color: 'var(--accent)' }]} />
          )}
        </div>
      ))}
    </div>
  );
}
