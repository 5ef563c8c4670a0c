// The splits of a source, for Kafka its partitions: who reads them and how far they are.
import { exact, time } from '../../ui/format';
import { type Column, Table } from '../../ui/parts';
import type { Split } from './job_state';

const COLUMNS: Column<Split>[] = [
  { head: 'Split', cell: ({ id }) => <code className="wrap">{id}</code> },
  { head: 'Read by', number: true, cell: ({ subtask }) => `subtask ${subtask}` },
  { head: 'Records waiting', number: true, cell: ({ recordsWaiting }) => recordsWaiting !== null && exact(recordsWaiting) },
  { head: 'Watermark', cell: ({ watermark }) => watermark !== null && <span className="nowrap">{time(watermark)}</span> },
  {
    head: 'State',
    cell: ({ idle, finished }) => <span className={`badge ${finished || idle ? 'quiet' : 'good'}`}>{finished ? 'read' : idle ? 'idle' : 'reading'}</span>,
  },
];

export function SplitTable({ label, splits }: { label: string; splits: readonly Split[] }) {
  return <Table label={label} columns={COLUMNS} rows={splits} rowKey={({ id }) => id} empty="None yet." />;
}
