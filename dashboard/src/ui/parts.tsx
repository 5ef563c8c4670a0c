// What every page is made of.
import type { ReactNode } from 'react';
import type { ApiError } from '../api/ask';
import type { Live } from '../api/live';
import { shortName } from './format';

export type Tone = 'good' | 'busy' | 'bad' | 'wait' | 'quiet';

const TONES: Record<string, Tone> = {
  RUNNING: 'good', FINISHED: 'quiet', CANCELED: 'quiet', COMPLETED: 'good', FAILED: 'bad', FAILING: 'bad',
  RESTARTING: 'busy', CANCELLING: 'busy', CANCELING: 'busy', CREATED: 'wait', SCHEDULED: 'wait', DEPLOYING: 'wait',
  INITIALIZING: 'wait', IN_PROGRESS: 'wait', DRAINING: 'busy', SUSPENDED: 'wait', RECONCILING: 'wait',
};
export const toneOf = (state: string): Tone => TONES[state] ?? 'quiet';

export function State({ state }: { state: string }) {
  return <span className={`badge ${toneOf(state)}`}>{state.replace('_', ' ')}</span>;
}

export function Panel({ title, tools, children, id }: { title: string; tools?: ReactNode; children: ReactNode; id?: string }) {
  return (
    <section className="panel" aria-label={title} id={id}>
      <header>
        <h2 title={title}>{title}</h2>
        {tools}
      </header>
      {children}
    </section>
  );
}

/** `silent`: not read out when it changes, which it does every second. */
export function Notice({ tone = 'quiet', title, silent, children }: { tone?: Tone; title?: string; silent?: boolean; children?: ReactNode }) {
  return (
    <div className={`notice ${tone}`} role={silent ? undefined : tone === 'bad' ? 'alert' : 'status'}>
      {title && <strong>{title}</strong>}
      {children}
    </div>
  );
}

/** A sentence in which names stand between backticks; those of chains are long. */
export function Said({ text }: { text: string }) {
  return <span>{text.split('`').map((part, i) => (i % 2 === 1 ? <code key={i} title={part}>{shortName(part)}</code> : part))}</span>;
}

export function Cards({ items }: { items: { label: string; value: ReactNode; note?: ReactNode }[] }) {
  return (
    <dl className="cards">
      {items.map(({ label, value, note }) => (
        <div className="card" key={label}>
          <dt>{label}</dt>
          <dd>
            {value} {note && <small>{note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export type Column<T> = { head: string; cell: (row: T) => ReactNode; number?: boolean };
export function Table<T>({ label, columns, rows, rowKey, empty }: {
  label: string;
  columns: Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string | number;
  empty: ReactNode;
}) {
  if (rows.length === 0) return <p className="faint">{empty}</p>;
  return (
    <div className="scroll" role="region" aria-label={label} tabIndex={0}>
      <table>
        <caption className="visually-hidden">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head} scope="col" className={column.number ? 'number' : undefined}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.head} className={column.number ? 'number' : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Shares of one whole, 0 to 1 each, with words for those who do not see colours. */
export function Meter({ label, parts }: { label: string; parts: { name: string; share: number; color: string }[] }) {
  const words = parts.map(({ name, share }) => `${name} ${Math.round(share * 100)} %`).join(', ');
  return (
    <div className="meter" role="img" aria-label={`${label}: ${words}`} title={words}>
      {parts.map(({ name, share, color }) => (
        <span key={name} style={{ width: `${Math.min(100, share * 100)}%`, background: color }} />
      ))}
    </div>
  );
}

/** The value, or what stands in its place. */
export function Shown<T>({ of, children }: { of: Live<T>; children: (value: T) => ReactNode }) {
  if (of.value !== undefined) return <>{children(of.value)}</>;
  if (of.error) return <Problem error={of.error} />;
  return <p className="faint" aria-busy="true">Loading …</p>;
}
export function Problem({ error }: { error: ApiError }) {
  return (
    <Notice tone="bad" title={error.status === 404 ? 'Not found' : 'That did not work'}>
      {error.sql?.rendered ? <pre className="carets">{error.sql.rendered.trimEnd()}</pre> : error.message}
    </Notice>
  );
}
