// Writes, checks and runs SQL. Statements are those of a prompt that starts anew for each run: what is chosen is sent
// with the definitions above it. A query is this page's: it ends when the page is left, as with a prompt. An INSERT is
// a job of the cluster.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ApiError, ask, type PostAnswer } from '../api/ask';
import { refresh } from '../api/live';
import { Dialog } from '../ui/dialog';
import { Notice, Panel, Problem } from '../ui/parts';
import { hrefTo } from '../ui/route';
import { CheckLine } from '../sql/check_line';
import { type Answer, Answers } from '../sql/answers';
import Editor, { type EditorHandle } from '../sql/editor';
import { NO_OPTIONS, readOptions } from '../sql/options';
import { OptionsForm } from '../sql/options_form';
import { type Plan, PlanPane } from '../sql/plan_pane';
import { cancelJob, QueryRun } from '../sql/query_run';
import { Queries } from '../sql/query_pane';
import { HIDDEN, lacksSecrets } from '../sql/secrets';
import { chosenStatements, excerptFor, isAnswered, splitScript, type Statement, summary } from '../sql/script';
import { ScriptBar } from '../sql/script_bar';
import { changed, load, save, type Scripts } from '../sql/scripts';
import '../sql/sql.css';
import { type SqlRequest, useCheck } from '../sql/use_check';

const MOD = navigator.platform.startsWith('Mac') ? 'Cmd' : 'Ctrl';

type Submitted = PostAnswer<'/ext/sql/submit'>;
/** What is sent for some statements of the script, and what is to be said about it. */
type Errand = {
  chosen: Statement[];
  request: SqlRequest; // of all of them
  asked: SqlRequest; // of those that are answered at once
  run: SqlRequest; // of those that are not
  notes: string[];
};
type Outcome = {
  runs: QueryRun[];
  inserts: Submitted['jobs'];
  answers: Answer[];
  notes: string[];
};

export default function SqlPage() {
  const [scripts, setScripts] = useState(load);
  const [kept, setKept] = useState(true);
  const text = scripts.texts[scripts.current] ?? '';
  const change = (next: Scripts) => {
    setScripts(next);
    setKept(save(next));
  };
  const [selection, setSelection] = useState({ from: 0, to: 0 });
  const [options, setOptions] = useState(NO_OPTIONS);
  const lacking = useMemo(() => lacksSecrets(text), [text]);
  const read = readOptions(options);
  const wrong = 'wrong' in read ? read.wrong : null;
  const request: SqlRequest | null = 'request' in read ? { sql: text, fileName: scripts.current, ...read.request } : null;
  const { verdict, marked, tell } = useCheck(request);

  const statements = useMemo(() => splitScript(text), [text]);
  const chosen = useMemo(() => chosenStatements(text, statements, selection.from, selection.to), [text, statements, selection]);

  const editor = useRef<EditorHandle>(null);
  const runButton = useRef<HTMLButtonElement>(null);
  const { outcome, working, problem, note, confirming, plan, act } = useErrands(tell);

  const errand = (all: boolean): Errand | null => {
    if (!request) return null;
    const meant = all ? statements : chosen;
    const whole = (some: Statement[]) => all && some.length === statements.length;
    const requestOf = (some: Statement[]) => ({ ...request, sql: whole(some) ? text : excerptFor(text, statements, some).sql });
    const notes = excerptFor(text, statements, meant).leftOut.map(
      (s) => `“${summary(text, s)}” was not run again, so its table is not known here: write it as CREATE TABLE and INSERT.`,
    );
    return {
      chosen: meant,
      request: requestOf(meant),
      asked: requestOf(meant.filter(isAnswered)),
      run: requestOf(meant.filter((s) => !isAnswered(s))),
      notes,
    };
  };
  const withErrand = (all: boolean, then: (errand: Errand) => void) => {
    const one = errand(all);
    if (one) then(one);
    else if (wrong) act.say(wrong);
  };
  const run = (all: boolean) => withErrand(all, act.run);
  const explain = () => withErrand(false, act.explain);

  return (
    <>
      <h1 className="visually-hidden">SQL</h1>
      <Panel title="Script" tools={<ScriptBar scripts={scripts} onChange={change} />}>
        <Editor
          key={scripts.current}
          handle={editor}
          text={text}
          cursor={statements.find((s) => s.kind !== 'definition')?.from ?? 0}
          describedBy="sql-keys"
          marked={marked}
          onText={(next) => change(changed(scripts, next))}
          onSelection={(from, to) => setSelection({ from, to })}
          onRun={() => run(false)}
          onRunAll={() => run(true)}
          onExplain={explain}
          onLeave={() => runButton.current?.focus()}
        />
        <div className="bar">
          <div className="sql-actions">
            <button className="main" ref={runButton} disabled={working} onClick={() => run(false)}>Run</button>
            <button disabled={working} onClick={() => run(true)}>Run all</button>
            <button disabled={working} onClick={explain}>Explain</button>
            <span className="faint sql-chosen">{describeChosen(text, chosen)}</span>
          </div>
        </div>
        <CheckLine verdict={verdict} marked={marked} onShow={(offset) => editor.current?.show(offset)} />
        <OptionsForm options={options} wrong={wrong} onChange={setOptions} />
        <p className="faint" id="sql-keys">
          <kbd>{MOD}</kbd> <kbd>Enter</kbd> runs the statement at the cursor, or those that are selected, with the definitions above;{' '}
          <kbd>{MOD}</kbd> <kbd>Shift</kbd> <kbd>Enter</kbd> the whole script; <kbd>{MOD}</kbd> <kbd>Shift</kbd> <kbd>E</kbd> explains.{' '}
          <kbd>Ctrl</kbd> <kbd>Space</kbd> completes, <kbd>F8</kbd> goes to the error. <kbd>Esc</kbd> leaves the editor, as <kbd>Tab</kbd>{' '}
          writes; <kbd>Shift</kbd> <kbd>Tab</kbd> goes back.
          Scripts stay in this browser; passwords and keys in them only in this tab, until it is closed.
        </p>
        {lacking && (
          <Notice tone="wait" title="A password or key is missing">
            It was not kept: write it where <code>{HIDDEN}</code> stands.
          </Notice>
        )}
        {!kept && <Notice tone="bad">This browser keeps no more: the script is lost when the page is closed.</Notice>}
      </Panel>
      {confirming && (
        <Confirm
          text={text}
          errand={confirming}
          onClose={() => act.confirm(null)}
          act={async () => report(await act.submit(confirming))}
        />
      )}
      {problem && <Problem error={problem} />}
      {note && <Notice>{note}</Notice>}
      {plan && (
        <Panel title="Plan" tools={<button onClick={act.closePlan}>Close</button>}>
          <PlanPane plan={plan} />
        </Panel>
      )}
      {working && <p className="faint" role="status">Working …</p>}
      {outcome && (
        <Panel title="Results">
          {report(outcome)}
          {outcome.runs.length > 0 && (
            <>
              <Queries runs={outcome.runs} />
              <p className="faint">The query ends when it is stopped, when another one is run, or when this page is left.</p>
            </>
          )}
        </Panel>
      )}
    </>
  );
}

function describeChosen(text: string, chosen: Statement[]): string {
  if (chosen.length === 0) return 'There is no statement.';
  if (chosen.length > 1) return `${chosen.length} statements are selected.`;
  const line = text.slice(0, chosen[0]!.from).split('\n').length;
  return `Line ${line}: ${summary(text, chosen[0]!)}`;
}

function report({ inserts, answers, notes }: Outcome) {
  if (inserts.length + answers.length + notes.length === 0) return null;
  return (
    <>
      {inserts.map((job) => (
        <p key={job.id}>
          <a href={hrefTo('jobs', job.id)}>Job {job.name}</a> was submitted.
        </p>
      ))}
      <Answers of={answers} />
      {notes.map((one, i) => <p className="faint" key={i}>{one}</p>)}
    </>
  );
}

function Confirm({ text, errand: { request, chosen, notes }, act, onClose }: {
  text: string;
  errand: Errand;
  act: () => Promise<React.ReactNode>;
  onClose: () => void;
}) {
  const jobs = chosen.filter((s) => s.kind === 'insert' || s.kind === 'query');
  const more = [
    request.parallelism && `parallelism ${request.parallelism}`,
    request.fromSavepoint && `from savepoint ${request.fromSavepoint}`,
    ...Object.entries(request.options ?? {}).map(([key, value]) => `${key} = ${value}`),
  ].filter(Boolean);
  return (
    <Dialog title={jobs.length === 1 ? 'Submit this job?' : `Submit these ${jobs.length} jobs?`} confirm="Submit" act={act} onClose={onClose}>
      <ul className="sql-list" tabIndex={0} aria-label="To be submitted">{jobs.map((s) => <li key={s.from}><code>{summary(text, s, 200)}</code></li>)}</ul>
      {more.length > 0 && <p>With {more.join(', ')}.</p>}
      {notes.map((note, i) => <p key={i}>{note}</p>)}
      <p className="faint">It goes on when this page is left, until somebody cancels it.</p>
    </Dialog>
  );
}

/** What was asked for last, and what came of it. */
function useErrands(tell: ReturnType<typeof useCheck>['tell']) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const [confirming, setConfirming] = useState<Errand | null>(null);
  const [plan, setPlan] = useState<Plan | null>(null);
  const runs = useRef<QueryRun[]>([]);
  const here = useRef(true);

  useEffect(() => {
    here.current = true;
    const abandon = () => runs.current.forEach((run) => run.abandon());
    window.addEventListener('pagehide', abandon);
    return () => {
      here.current = false;
      window.removeEventListener('pagehide', abandon);
      for (const run of runs.current) void run.stop();
    };
  }, []);

  const fresh = () => {
    setProblem(null);
    setNote(null);
  };
  const failed = (errand: Errand, error: unknown) => {
    const told = error instanceof ApiError ? error : new ApiError(0, String(error));
    if (told.sql) tell(errand.request.sql, told.sql);
    return told;
  };
  const explained = async (request: SqlRequest): Promise<Answer[]> => {
    const plan = await ask<Plan>('POST', '/ext/sql/explain', request);
    if (plan.plan !== '' || plan.answers.length === 0) setPlan(plan);
    return plan.answers;
  };
  const submit = useCallback(async (errand: Errand): Promise<Outcome> => {
    try {
      const answers = errand.chosen.some(isAnswered) ? await explained(errand.asked) : [];
      const { jobs, notes } = await ask<Submitted>('POST', '/ext/sql/submit', errand.run);
      const queries = jobs.filter((job) => job.hasResults);
      if (!here.current) {
        await Promise.all(queries.map(({ id }) => cancelJob(id)));
      } else if (queries.length > 0) {
        for (const run of runs.current) void run.stop();
        runs.current = queries.map((job) => new QueryRun(job));
      }
      const done = { runs: queries.length > 0 ? runs.current : [], inserts: jobs.filter((job) => !job.hasResults), answers, notes: [...errand.notes, ...notes] };
      // An INSERT leaves the rows of the query before it where they are.
      setOutcome(done.runs.length > 0 ? done : { ...done, runs: runs.current });
      refresh();
      return done;
    } catch (error) {
      throw failed(errand, error);
    }
  }, []);

  const guarded = async (work: () => Promise<unknown>) => {
    fresh();
    setWorking(true);
    try {
      await work();
    } catch (error) {
      setProblem(error as ApiError);
    }
    setWorking(false);
  };
  // What SHOW and the like answer stands where rows do; queries before it go on.
  const explain = (errand: Errand) => {
    if (working) return;
    if (errand.chosen.length === 0) return setNote('There is no statement.');
    void guarded(async () => {
      try {
        const answers = await explained(errand.request);
        if (answers.length > 0) setOutcome({ runs: runs.current, inserts: [], answers, notes: errand.notes });
      } catch (error) {
        throw failed(errand, error);
      }
    });
  };
  const run = (errand: Errand) => {
    if (working) return;
    const has = (kind: Statement['kind']) => errand.chosen.some((s) => s.kind === kind);
    fresh();
    if (has('insert')) setConfirming(errand);
    else if (has('query')) void guarded(() => submit(errand));
    else if (errand.chosen.some(isAnswered)) explain(errand);
    else if (has('definition')) setNote('A definition does nothing by itself: it counts for the statements below it when they are run.');
    else setNote('There is no statement.');
  };
  return {
    outcome, working, problem, note, confirming, plan,
    act: { run, explain, submit, say: setNote, confirm: setConfirming, closePlan: () => setPlan(null) },
  };
}
