// The rows of one query while they come: as the table they amount to, or each change.
import { useEffect, useState, useSyncExternalStore } from 'react';
import { exact, plural, rate } from '../ui/format';
import { Notice, type Tone } from '../ui/parts';
import { hrefTo } from '../ui/route';
import { BOUNDS, type QueryRun, type QueryState } from './query_run';
import { type Cells, cellText } from './rows';
import { Tabs } from './tabs';

const PAGE = 100; // rows that are shown at once
const LONGEST = 400; // characters of a cell
const STATES: Record<QueryState, { name: string; tone: Tone }> = {
  running: { name: 'running', tone: 'good' },
  stopping: { name: 'stopping', tone: 'busy' },
  stopped: { name: 'stopped', tone: 'quiet' },
  finished: { name: 'finished', tone: 'quiet' },
  failed: { name: 'failed', tone: 'bad' },
};

type Line = { id: number; kind?: string; cells: Cells };

function QueryPane({ run }: { run: QueryRun }) {
  useSyncExternalStore(run.subscribe, () => run.version);
  const [mode, setMode] = useState<'table' | 'changes'>('table');
  const { name, tone } = STATES[run.state];
  return (
    <>
      <div className="bar">
        <span className="sql-counts">
          <span className={`badge ${tone}`} role="status">{name}</span>
          <span>{plural(run.table.size, 'row')}</span>
          <span>{plural(run.log.size, 'change')}</span>
          {!run.over && <span>{rate(Math.round(run.perSecond()))}</span>}
          {/* As its own window this page goes on; the token of this tab goes with it. */}
          <a href={hrefTo('jobs', run.job.id)} target="_blank" rel="opener">Job in a new tab</a>
        </span>
        {!run.over && (
          <button className="danger" disabled={run.state === 'stopping'} onClick={() => void run.stop()}>
            {run.state === 'stopping' ? 'Stopping …' : 'Stop'}
          </button>
        )}
      </div>
      {run.trouble && (
        <Notice tone={run.state === 'failed' ? 'bad' : 'busy'} title={run.state === 'failed' ? 'The query has failed' : undefined}>
          {run.trouble}
        </Notice>
      )}
      <Tabs
        label="Rows as"
        tabs={[{ id: 'table', name: 'Table' }, { id: 'changes', name: 'Changes' }]}
        shown={mode}
        onShow={setMode}
      >
        {mode === 'table' ? <TableMode run={run} /> : <ChangesMode run={run} />}
      </Tabs>
    </>
  );
}

function TableMode({ run }: { run: QueryRun }) {
  return (
    <>
      <Dropped dropped={run.table.dropped} what="row" />
      <Rows
        run={run}
        label="Rows of the query"
        lines={run.table.rows().map(({ place, cells }) => ({ id: place, cells }))}
        empty={run.over ? 'There are no rows.' : 'No rows yet.'}
      />
    </>
  );
}

function ChangesMode({ run }: { run: QueryRun }) {
  return (
    <>
      <Dropped dropped={run.log.dropped} what="change" />
      <Rows
        run={run}
        label="Changes of the query"
        lines={run.log.rows().map(({ number, kind, cells }) => ({ id: number, kind, cells }))}
        empty={run.over ? 'There was no change.' : 'No change yet.'}
      />
    </>
  );
}

function Dropped({ dropped, what }: { dropped: number; what: string }) {
  if (dropped === 0) return null;
  return (
    <p className="faint">
      {plural(dropped, `older ${what}`)} {dropped === 1 ? 'is' : 'are'} counted but not kept: this page keeps {exact(BOUNDS.rows)}, or{' '}
      {exact(BOUNDS.characters / 1e6)} million characters.
    </p>
  );
}

function Rows({ run, label, lines, empty }: { run: QueryRun; label: string; lines: Line[]; empty: string }) {
  const [first, setFirst] = useState<number | null>(null); // null: the newest, as they come
  const newest = Math.max(0, lines.length - PAGE);
  const from = Math.min(first ?? newest, newest);
  // Pages that were looked at before the rows became fewer.
  useEffect(() => {
    if (first !== null && first > newest) setFirst(null);
  }, [first, newest]);
  if (lines.length === 0) return <p className="faint">{empty}</p>;
  const page = lines.slice(from, from + PAGE);
  const withKind = page[0]!.kind !== undefined;
  const numeric = page[0]!.cells.map((cell) => /^-?[\d.]/.test(cell));
  return (
    <>
      {lines.length > PAGE && (
        <div className="sql-counts">
          <span>
            {exact(from + 1)} to {exact(from + page.length)} of {exact(lines.length)}
          </span>
          <button disabled={from === 0} onClick={() => setFirst(0)}>Oldest</button>
          <button disabled={from === 0} onClick={() => setFirst(Math.max(0, from - PAGE))}>Older</button>
          <button disabled={from >= newest} onClick={() => setFirst(from + PAGE)}>Newer</button>
          <button disabled={first === null} onClick={() => setFirst(null)}>Follow the newest</button>
        </div>
      )}
      <div className="scroll" role="region" aria-label={label} tabIndex={0}>
        <table className="sql-rows">
          <caption className="visually-hidden">{label}</caption>
          <thead>
            <tr>
              <th scope="col" className="number">#</th>
              {withKind && <th scope="col">Change</th>}
              {run.job.columns.map((column, i) => (
                <th scope="col" key={i} className={numeric[i] ? 'number' : undefined}>{column.name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {page.map((line, i) => (
              <tr key={line.id} className={line.kind && line.kind !== '+I' ? `change-${line.kind === '+U' ? 'new' : 'gone'}` : undefined}>
                <td className="number faint">{exact(withKind ? line.id : from + i + 1)}</td>
                {withKind && <td><code>{line.kind}</code></td>}
                {line.cells.map((cell, column) => <Cell key={column} json={cell} numeric={numeric[column] === true} />)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Cell({ json, numeric }: { json: string; numeric: boolean }) {
  const text = cellText(json);
  if (text === null) return <td className={numeric ? 'number null' : 'null'}>NULL</td>;
  return (
    <td className={numeric ? 'number' : 'sql-cell'} title={text.length > LONGEST ? `${text.length} characters` : undefined}>
      {text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}
    </td>
  );
}

/** Those of one run. */
export function Queries({ runs }: { runs: QueryRun[] }) {
  const [shown, setShown] = useState(runs[0]!.job.id);
  const run = runs.find(({ job }) => job.id === shown) ?? runs[0]!;
  if (runs.length === 1) return <QueryPane run={run} key={run.job.id} />;
  return (
    <Tabs
      label="Queries"
      tabs={runs.map(({ job }, i) => ({ id: job.id, name: `${i + 1}: ${job.statement.replace(/\s+/g, ' ').slice(0, 30)}` }))}
      shown={run.job.id}
      onShow={setShown}
    >
      <QueryPane run={run} key={run.job.id} />
    </Tabs>
  );
}
