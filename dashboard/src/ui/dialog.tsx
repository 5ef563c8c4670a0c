// A question before something is done, and the report after it.
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { ApiError } from '../api/ask';
import { Problem } from './parts';

/**
 * Shown while mounted. `act` does it and answers the report that is shown, or undefined: there is nothing to say and
 * the dialog closes. What it throws is shown and the question stays.
 */
export function Dialog({ title, children, confirm, danger, act, onClose }: {
  title: string;
  children: ReactNode;
  confirm: string;
  danger?: boolean;
  act: () => Promise<ReactNode>;
  onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [report, setReport] = useState<ReactNode>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const run = async () => {
    if (working) return;
    setWorking(true);
    setError(null);
    try {
      const done = await act();
      if (done === undefined) return dialog.current?.close();
      setReport(done);
    } catch (thrown) {
      setError(thrown instanceof ApiError ? thrown : new ApiError(0, String(thrown)));
    }
    setWorking(false);
  };
  return (
    <dialog ref={dialog} aria-label={title} onClose={onClose}>
      <form
        method="dialog"
        onSubmit={(event) => {
          if (report !== null) return;
          event.preventDefault();
          void run();
        }}
      >
        <h2>{title}</h2>
        {report === null ? children : <div role="status">{report}</div>}
        {error && <Problem error={error} />}
        <footer>
          {report === null && (
            <button type="button" onClick={() => dialog.current?.close()}>
              Not now
            </button>
          )}
          <button type="submit" className={report !== null ? 'main' : danger ? 'danger' : 'main'} aria-disabled={working}>
            {report !== null ? 'Close' : working ? 'Working …' : confirm}
          </button>
        </footer>
      </form>
    </dialog>
  );
}
