// Why the job failed or began anew.
import type { Answer } from '../../api/ask';
import { useLive } from '../../api/live';
import { time } from '../../ui/format';
import { Notice, Panel, Shown } from '../../ui/parts';
import { hrefTo } from '../../ui/route';

type Entry = Answer<'/jobs/{jobid}/exceptions'>['exceptionHistory']['entries'][number];

export function ExceptionsPane({ id }: { id: string }) {
  return (
    <Shown of={useLive('/jobs/{jobid}/exceptions', { jobid: id })}>
      {({ exceptionHistory: { entries, truncated } }) => (
        <>
          {entries.length === 0 && <Notice title="Nothing has failed" />}
          {entries.map((entry, i) => (
            <Panel key={`${entry.timestamp} ${i}`} title={time(entry.timestamp)}>
              <OneException of={entry} />
              {entry.concurrentExceptions.length > 0 && (
                <details>
                  <summary>{entry.concurrentExceptions.length} more at the same time</summary>
                  {entry.concurrentExceptions.map((one, k) => <OneException key={k} of={one} />)}
                </details>
              )}
            </Panel>
          ))}
          {truncated && <p className="faint">Older ones are left out.</p>}
        </>
      )}
    </Shown>
  );
}

function OneException({ of }: { of: Omit<Entry, 'concurrentExceptions'> }) {
  return (
    <>
      <p className="facts">
        <strong>{of.exceptionName}</strong>
        {of.taskName && <span className="wrap">in {of.taskName}</span>}
        {of.taskManagerId && (
          <span>on <a href={hrefTo('taskmanagers', of.taskManagerId)}>{of.endpoint ?? `task manager ${of.taskManagerId}`}</a></span>
        )}
      </p>
      <pre className="sunken" tabIndex={0} role="region" aria-label={`${of.exceptionName} in full`}>{of.stacktrace}</pre>
    </>
  );
}
