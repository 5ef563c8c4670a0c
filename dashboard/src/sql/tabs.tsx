// One of several views of the same thing; the arrow keys go from one to the next.
import { type ReactNode, useId, useRef } from 'react';

export function Tabs<Id extends string>({ label, tabs, shown, onShow, children }: {
  label: string;
  tabs: readonly { id: Id; name: ReactNode }[];
  shown: Id;
  onShow: (id: Id) => void;
  children: ReactNode;
}) {
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const go = (by: number) => {
    const at = (tabs.findIndex(({ id }) => id === shown) + by + tabs.length) % tabs.length;
    onShow(tabs[at]!.id);
    (list.current?.children[at] as HTMLElement | undefined)?.focus();
  };
  return (
    <>
      <div
        className="sql-tabs"
        role="tablist"
        aria-label={label}
        ref={list}
        onKeyDown={(event) => {
          if (event.key === 'ArrowRight') go(1);
          else if (event.key === 'ArrowLeft') go(-1);
          else return;
          event.preventDefault();
        }}
      >
        {tabs.map(({ id, name }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`${base}-${id}`}
            aria-selected={id === shown}
            aria-controls={`${base}-panel`}
            tabIndex={id === shown ? 0 : -1}
            onClick={() => onShow(id)}
          >
            {name}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${base}-panel`} aria-labelledby={`${base}-${shown}`} className="sql-tabpanel">
        {children}
      </div>
    </>
  );
}
