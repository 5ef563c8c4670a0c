// What statements answer at once: SHOW TABLES, DESCRIBE t.
import type { PostAnswer } from '../api/ask';

export type Answer = PostAnswer<'/ext/sql/explain'>['answers'][number];

export function Answers({ of }: { of: readonly Answer[] }) {
  return <>{of.map((one, i) => <OneAnswer key={i} of={one} />)}</>;
}

function OneAnswer({ of: { statement, columns, rows } }: { of: Answer }) {
  const label = statement.replace(/\s+/g, ' ').trim();
  const text = columns.length === 1 && rows.length === 1 ? rows[0]![0] : null;
  return (
    <section className="sql-answer" aria-label={label}>
      <h3><code className="wrap">{label}</code></h3>
      {rows.length === 0 ? (
        <p className="faint">No row.</p>
      ) : text?.includes('\n') ? (
        <pre className="sunken" role="region" aria-label={label} tabIndex={0}>{text}</pre>
      ) : (
        <div className="scroll" role="region" aria-label={label} tabIndex={0}>
          <table className="sql-rows">
            <caption className="visually-hidden">{label}</caption>
            <thead>
              <tr>{columns.map((column, i) => <th scope="col" key={i}>{column}</th>)}</tr>
            </thead>
            <tbody>
              {rows.map((row, i) => (
                <tr key={i}>
                  {row.map((cell, column) => <td key={column} className={cell === null ? 'null' : 'sql-cell'}>{cell ?? 'NULL'}</td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
