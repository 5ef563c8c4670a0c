// What is wrong with the script, in words; a press goes to the place.
import { plural } from '../ui/format';
import type { Marked } from './editor';
import { isNothingToRun, type Verdict } from './use_check';

export function CheckLine({ verdict, marked, onShow }: {
  verdict: Verdict | null;
  marked: Marked | null;
  onShow: (offset: number) => void;
}) {
  return (
    <div className="sql-check" role="status">
      {verdict && <Said verdict={verdict} marked={marked} onShow={onShow} />}
    </div>
  );
}

function Said({ verdict: { error, unasked, jobs, notes }, marked, onShow }: {
  verdict: Verdict;
  marked: Marked | null;
  onShow: (offset: number) => void;
}) {
  if (unasked !== null) return <p className="faint">Not checked: {unasked}</p>;
  if (error === null) {
    return (
      <>
        <p className="faint">Checked, also against the outside: {plural(jobs, 'job')} would run.</p>
        {notes.map((note, i) => <p className="faint" key={i}>{note}</p>)}
      </>
    );
  }
  if (isNothingToRun(error)) return <p className="faint">All of it is right; no query and no INSERT, so nothing would run yet.</p>;
  return (
    <div className="notice bad" id="sql-problem">
      {marked ? (
        <button className="plain sql-problem" onClick={() => onShow(marked.from)}>
          <strong>Line {error.line}, column {error.column}:</strong> {error.message}
        </button>
      ) : (
        <strong>{error.message}</strong>
      )}
      {error.hint && <span>{error.hint}</span>}
    </div>
  );
}
