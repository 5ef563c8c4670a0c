// Names and their values, of which there can be many: with a box to find some.
import { type ReactNode, useState } from 'react';
import { Table } from './parts';

export type NameValue = { name: string; value: ReactNode };

const MANY = 12;

/** `code`: the names are to be typed as they are. */
export function NameValues({ label, rows, empty, number, code }: {
  label: string;
  rows: readonly NameValue[];
  empty: ReactNode;
  number?: boolean;
  code?: boolean;
}) {
  const [wanted, setWanted] = useState('');
  if (rows.length === 0) return <p className="faint">{empty}</p>;
  const sought = wanted.trim().toLowerCase();
  const found = rows.filter(({ name, value }) => `${name} ${typeof value === 'string' ? value : ''}`.toLowerCase().includes(sought));
  return (
    <>
      {rows.length > MANY && (
        <input type="search" aria-label={`Find in: ${label}`} placeholder="Find" value={wanted} onChange={(event) => setWanted(event.target.value)} />
      )}
      <Table
        label={label}
        rows={found}
        rowKey={({ name }) => name}
        empty={`None of ${rows.length} has “${wanted}” in it.`}
        columns={[
          { head: 'Name', cell: ({ name }) => <span className={code ? 'wrap mono' : 'wrap'}>{name}</span> },
          { head: 'Value', number: number ?? false, cell: ({ value }) => <span className="wrap">{value}</span> },
        ]}
      />
    </>
  );
}
