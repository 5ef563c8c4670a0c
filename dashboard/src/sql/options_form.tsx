// How a script is to run.
import { NO_OPTIONS, type RunOptions } from './options';

const UNTOUCHED = JSON.stringify(NO_OPTIONS);

export function OptionsForm({ options, wrong, onChange }: {
  options: RunOptions;
  wrong: string | null;
  onChange: (options: RunOptions) => void;
}) {
  const set = (part: Partial<RunOptions>) => onChange({ ...options, ...part });
  return (
    <>
      <details className="sql-options">
        <summary>Options{JSON.stringify(options) === UNTOUCHED ? '' : ' (some are set)'}</summary>
        <div className="sql-options-form">
          <label>
            Parallelism
            <input
              inputMode="numeric"
              value={options.parallelism}
              placeholder="as the script says"
              onChange={(event) => set({ parallelism: event.target.value })}
            />
          </label>
          <label>
            From savepoint
            <input
              value={options.fromSavepoint}
              placeholder="path"
              spellCheck={false}
              onChange={(event) => set({ fromSavepoint: event.target.value })}
            />
          </label>
          <label className="check">
            <input
              type="checkbox"
              checked={options.allowNonRestoredState}
              disabled={options.fromSavepoint.trim() === ''}
              onChange={(event) => set({ allowNonRestoredState: event.target.checked })}
            />
            State that no operator takes may be left behind
          </label>
          <label className="wide">
            SET options, one a line: key = value
            <textarea
              rows={3}
              value={options.set}
              spellCheck={false}
              className="mono"
              onChange={(event) => set({ set: event.target.value })}
            />
          </label>
        </div>
      </details>
      {wrong && <p className="sql-wrong" role="alert">{wrong}</p>}
    </>
  );
}
