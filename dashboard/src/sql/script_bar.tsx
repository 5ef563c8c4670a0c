// Which script is edited: those that this browser keeps, and examples to begin with.
import { useState } from 'react';
import { Dialog } from '../ui/dialog';
import { EXAMPLES } from './examples';
import { added, removed, renamed, type Scripts } from './scripts';

export function ScriptBar({ scripts, onChange }: { scripts: Scripts; onChange: (scripts: Scripts) => void }) {
  const [asked, setAsked] = useState<'new' | 'rename' | 'delete' | null>(null);
  const [name, setName] = useState('');
  const [example, setExample] = useState('');
  return (
    <div className="tools sql-scripts">
      <select
        aria-label="Script"
        value={scripts.current}
        onChange={(event) => onChange({ ...scripts, current: event.target.value })}
      >
        {Object.keys(scripts.texts).map((key) => <option key={key}>{key}</option>)}
      </select>
      <button
        onClick={() => {
          setExample('');
          setAsked('new');
        }}
      >
        New
      </button>
      <button
        onClick={() => {
          setName(scripts.current);
          setAsked('rename');
        }}
      >
        Rename
      </button>
      <button onClick={() => setAsked('delete')}>Delete</button>
      {asked === 'new' && (
        <Dialog
          title="New script"
          confirm="Begin"
          act={async () => {
            onChange(added(scripts, example || 'Script', EXAMPLES.find((one) => one.name === example)?.text ?? ''));
            return undefined;
          }}
          onClose={() => setAsked(null)}
        >
          <label>
            Begin with
            <select value={example} onChange={(event) => setExample(event.target.value)} autoFocus>
              <option value="">nothing</option>
              {EXAMPLES.map((one) => <option key={one.name}>{one.name}</option>)}
            </select>
          </label>
        </Dialog>
      )}
      {asked === 'rename' && (
        <Dialog
          title={`Rename “${scripts.current}”`}
          confirm="Rename"
          act={async () => {
            if (name.trim() !== '') onChange(renamed(scripts, name.trim()));
            return undefined;
          }}
          onClose={() => setAsked(null)}
        >
          <label>
            Name
            <input value={name} onChange={(event) => setName(event.target.value)} required maxLength={60} />
          </label>
        </Dialog>
      )}
      {asked === 'delete' && (
        <Dialog
          title={`Delete “${scripts.current}”?`}
          confirm="Delete"
          danger
          act={async () => {
            onChange(removed(scripts));
            return undefined;
          }}
          onClose={() => setAsked(null)}
        >
          <p>The script goes from this browser. Jobs that it has started stay.</p>
        </Dialog>
      )}
    </div>
  );
}
