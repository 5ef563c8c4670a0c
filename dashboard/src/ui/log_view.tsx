// A log, as its end grows.
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useLivePath } from '../api/live';
import { plural } from './format';
import { linesOf } from './log_lines';
import { Panel, Shown } from './parts';

const MOST_LINES = 3000; // more are slow to draw; the file has them

export function LogView({ title, path }: { title: string; path: string }) {
  const live = useLivePath<string>(path);
  const [held, setHeld] = useState<string | null>(null); // as it was when it was no longer followed
  const follow = held === null;
  const [wanted, setWanted] = useState('');
  return (
    <Panel
      title={title}
      tools={
        <div className="bar">
          <input type="search" aria-label="Lines with" placeholder="Lines with" value={wanted} onChange={(event) => setWanted(event.target.value)} />
          <label className="check">
            <input type="checkbox" checked={follow} onChange={(event) => setHeld(event.target.checked ? null : (live.value ?? ''))} /> Follow
          </label>
        </div>
      }
    >
      <Shown of={follow ? live : { value: held, error: undefined }}>{(value) => <Lines title={title} text={value} wanted={wanted} follow={follow} />}</Shown>
    </Panel>
  );
}

function Lines({ title, text, wanted, follow }: { title: string; text: string; wanted: string; follow: boolean }) {
  const page = useRef<HTMLPreElement>(null);
  const { lines, found, all } = useMemo(() => linesOf(text, wanted, MOST_LINES), [text, wanted]);
  useLayoutEffect(() => {
    if (follow && page.current) page.current.scrollTop = page.current.scrollHeight;
  }, [lines, follow]);
  if (all === 0) return <p className="faint">Nothing has been written.</p>;
  return (
    <>
      <p className="faint">
        {wanted ? `${plural(found, 'line')} of ${all}` : plural(all, 'line')}
        {found > lines.length && `, the last ${lines.length} are shown`}
      </p>
      <pre className="log" ref={page} role="region" aria-label={title} tabIndex={0}>
        {lines.map(({ number, text: line, tone }) => (
          <span key={number} className={tone}>{line + '\n'}</span>
        ))}
      </pre>
    </>
  );
}
