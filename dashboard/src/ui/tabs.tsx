// The parts of one page, each with an address of its own.
import { hrefTo } from './route';

export function Tabs({ label, at, tabs, current }: {
  label: string;
  at: string[];
  tabs: { name: string; id: string }[];
  current: string;
}) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(({ name, id }) => (
        <a key={id} href={hrefTo(...at, id)} aria-current={current === id ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}
