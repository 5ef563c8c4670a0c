// The text of one script: CodeMirror with the dialect, completion and the errors that the page knows of.
import {
  acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap, completionStatus,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, insertTab } from '@codemirror/commands';
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState, Prec } from '@codemirror/state';
import {
  drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, type KeyBinding, keymap, lineNumbers,
} from '@codemirror/view';
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, type Ref } from 'react';
import { completeSql } from './completion';
import { flinkSql } from './dialect';

export type EditorHandle = {
  /** Puts the cursor there and brings it into view. */
  show: (offset: number) => void;
};
export type Marked = { from: number; to: number; message: string; hint: string | null };
export type EditorProps = {
  handle: Ref<EditorHandle>;
  text: string; // at first
  cursor: number; // at first
  describedBy: string;
  marked: Marked | null;
  onText: (text: string) => void;
  onSelection: (from: number, to: number) => void;
  onRun: () => void;
  onRunAll: () => void;
  onExplain: () => void;
  onLeave: () => void;
};

export default function Editor({ handle, text, cursor, describedBy, marked, ...events }: EditorProps) {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>();
  const latest = useRef(events);
  latest.current = events;

  useLayoutEffect(() => {
    const made = new EditorView({
      parent: parent.current!,
      state: EditorState.create({ doc: text, selection: { anchor: cursor }, extensions: extensions(() => latest.current, describedBy) }),
    });
    view.current = made;
    latest.current.onSelection(cursor, cursor);
    return () => made.destroy();
    // The text is the editor's own from here on.
  }, []);

  useEffect(() => {
    const { state } = view.current!;
    const diagnostics: Diagnostic[] = marked && marked.to <= state.doc.length ? [diagnostic(marked)] : [];
    view.current!.dispatch(setDiagnostics(state, diagnostics));
  }, [marked]);

  useImperativeHandle(handle, () => ({
    show(offset) {
      const anchor = Math.min(offset, view.current!.state.doc.length);
      view.current!.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      view.current!.focus();
    },
  }));
  return <div className="sql-editor" ref={parent} />;
}

function diagnostic({ from, to, message, hint }: Marked): Diagnostic {
  return {
    from,
    to,
    severity: 'error',
    message: hint ? `${message}\n${hint}` : message,
    renderMessage: () => {
      const box = document.createElement('div');
      box.textContent = message;
      if (hint) {
        const line = document.createElement('div');
        line.className = 'faint';
        line.textContent = hint;
        box.append(line);
      }
      return box;
    },
  };
}

type Events = Omit<EditorProps, 'handle' | 'text' | 'cursor' | 'describedBy' | 'marked'>;

function extensions(events: () => Events, describedBy: string) {
  const does = (name: 'onRun' | 'onRunAll' | 'onExplain') => (view: EditorView) => {
    closeCompletion(view);
    events()[name]();
    return true;
  };
  const keys: KeyBinding[] = [
    { key: 'Mod-Enter', run: does('onRun') },
    { key: 'Mod-Shift-Enter', run: does('onRunAll') },
    { key: 'Mod-Shift-e', run: does('onExplain'), preventDefault: true },
    { key: 'Tab', run: (view) => acceptCompletion(view) || insertTab(view) },
    { key: 'Escape', run: (view) => leave(view, () => events().onLeave()) },
  ];
  return [
    Prec.high(keymap.of(keys)),
    lineNumbers(),
    lintGutter(),
    history(),
    drawSelection(),
    indentUnit.of('  '),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    flinkSql,
    autocompletion({ override: [completeSql], icons: false }),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': 'SQL script', 'aria-describedby': describedBy }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) events().onText(update.state.doc.toString());
      const { from, to } = update.state.selection.main;
      if (update.docChanged || update.selectionSet) events().onSelection(from, to);
    }),
  ];
}

// First what lies above the text goes, then the keyboard leaves it: Tab writes here, so there has to be a way on. The
// way back is Shift-Tab, as everywhere.
function leave(view: EditorView, onLeave: () => void): boolean {
  const offered = completionStatus(view.state) === 'active';
  closeCompletion(view);
  if (offered) return true;
  if (!view.state.selection.main.empty) {
    view.dispatch({ selection: { anchor: view.state.selection.main.head } });
    return true;
  }
  onLeave();
  return true;
}
