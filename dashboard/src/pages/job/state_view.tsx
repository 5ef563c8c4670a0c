// What the operators of a running vertex remember: the first rows of a table, or those of one key.
import { useState } from 'react';
import type { Answer } from '../../api/ask';
import { getJson, useAsked } from '../../api/asked';
import { bytes, exact } from '../../ui/format';
import { Shown, Table } from '../../ui/parts';

const LIMIT = 20;
type Tables = Answer<'/ext/jobs/{jobid}/state'>;
type Rows = Answer<'/ext/jobs/{jobid}/state/{uid}/{table}'>;
type Row = { i: number; cells: Record<string, unknown> };
type Operator = Tables['operators'][number];

export function StateView({ job, vertex }: { job: string; vertex: string }) {
  const [open, setOpen] = useState(false);
  if (!open) return <div><button onClick={() => setOpen(true)}>Look into its state</button></div>;
  return <StateOf job={job} vertex={vertex} />;
}

function StateOf({ job, vertex }: { job: string; vertex: string }) {
  const tables = useAsked<Tables>(`/ext/jobs/${job}/state`, getJson);
  const [chosen, setChosen] = useState(0);
  return (
    <Shown of={tables}>
      {({ operators }) => {
        const all = operators.filter((one) => one.vertexId === vertex).flatMap((operator) => operator.tables.map((table) => ({ operator, table })));
        const at = all[chosen];
        if (!at) return <p className="faint">It keeps no table.</p>;
        return (
          <>
            {all.length > 1 && (
              <label>
                Table
                <select value={chosen} onChange={(event) => setChosen(Number(event.target.value))}>
                  {all.map(({ operator, table }, i) => <option key={i} value={i}>{table.name} of {operator.name}</option>)}
                </select>
              </label>
            )}
            <RowsOf key={chosen} job={job} uid={at.operator.uid} table={at.table} />
          </>
        );
      }}
    </Shown>
  );
}

function RowsOf({ job, uid, table }: { job: string; uid: string; table: Operator['tables'][number] }) {
  const [key, setKey] = useState(table.keyColumns.map(() => ''));
  const [asked, setAsked] = useState({ key: [] as string[], turn: 0 });
  const query = [`limit=${LIMIT}`, ...asked.key.map((cell) => `key=${encodeURIComponent(cell)}`), `turn=${asked.turn}`];
  const path = `/ext/jobs/${job}/state/${encodeURIComponent(uid)}/${encodeURIComponent(table.name)}?${query.join('&')}`;
  const rows = useAsked<Rows>(path, getRows);
  return (
    <>
      <p className="faint">
        {exact(table.entriesInMemory)} in memory, {bytes(table.bytesInMemory)}{table.moreOnDisk && ', more on disk'}
      </p>
      <form
        className="actions"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked({ key: key.every((cell) => cell === '') ? [] : key, turn: asked.turn + 1 });
        }}
      >
        {table.keyColumns.map((column, i) => (
          <input key={column} aria-label={`Key: ${column}`} placeholder={column} value={key[i]} onChange={(event) => setKey(key.with(i, event.target.value))} />
        ))}
        <button>Look</button>
      </form>
      <Shown of={rows}>
        {({ columns, rows: list, next }) => (
          <>
            <Table<Row>
              label="Rows of its state"
              rows={list.map((one, i) => ({ cells: one.row as Record<string, unknown>, i }))}
              rowKey={({ i }) => i}
              empty="No row."
              columns={columns.map(({ name }) => ({ head: name, cell: ({ cells }) => textOf(cells[name]) }))}
            />
            {next !== null && <p className="faint">There are more: look for one by its key.</p>}
          </>
        )}
      </Shown>
    </>
  );
}

// The turn is ours: asking the same once more is another key of what is asked.
const getRows = (path: string, signal: AbortSignal) => getJson<Rows>(path.replace(/&turn=\d+$/, ''), signal);
const textOf = (cell: unknown) => (cell === null ? <i className="faint">NULL</i> : typeof cell === 'string' ? cell : JSON.stringify(cell));
