import { describe, expect, test } from 'vitest';
import { chosenStatements, excerptFor, splitScript, statementAt, summary } from './script';

const texts = (script: string) => splitScript(script).map((s) => script.slice(s.from, s.to));
const kinds = (script: string) => splitScript(script).map((s) => s.kind);

describe('splitting', () => {
  test('semicolons in strings, names, comments and sets end nothing', () => {
    const script =
      "SET 'a' = 'b;c'; -- comment; with a semicolon\n" +
      '/* another; */ BEGIN STATEMENT SET; INSERT INTO t SELECT 1; INSERT INTO t SELECT 2; END;\n' +
      'SELECT `a;b` FROM t  -- no semicolon at the end\n';
    expect(texts(script)).toEqual([
      "SET 'a' = 'b;c'",
      'BEGIN STATEMENT SET; INSERT INTO t SELECT 1; INSERT INTO t SELECT 2; END',
      'SELECT `a;b` FROM t',
    ]);
  });
  test('EXECUTE STATEMENT SET and EXPLAIN STATEMENT SET are one statement', () => {
    expect(texts('execute statement set begin insert into a select 1; insert into b select 2; end; select 3')).toEqual([
      'execute statement set begin insert into a select 1; insert into b select 2; end',
      'select 3',
    ]);
    expect(texts('EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1; END; SELECT 2')).toHaveLength(2);
  });
  test('doubled quotes, hints and an end of a comment in a string', () => {
    expect(texts("SELECT 'it''s; fine'; SELECT /*+ OPTIONS('k;'='v*/') */ 1; SELECT 2")).toEqual([
      "SELECT 'it''s; fine'",
      "SELECT /*+ OPTIONS('k;'='v*/') */ 1",
      'SELECT 2',
    ]);
  });
  test('what is never closed reaches to the end', () => {
    expect(texts("SELECT 1;\n  SELECT 'open;\nSELECT 3;")).toEqual(['SELECT 1', "SELECT 'open;\nSELECT 3;"]);
    expect(texts('SELECT 1; SELECT 2 /* open; SELECT 3;')).toEqual(['SELECT 1', 'SELECT 2 /* open; SELECT 3;']);
  });
  test('a character that SQL does not have hides nothing', () => {
    expect(texts('SELECT "a;b"; SELECT 2')).toEqual(['SELECT "a', 'b"', 'SELECT 2']);
  });
  test('empty statements, blanks and comments alone are nothing', () => {
    expect(texts(' ;; -- SELECT 1;\n/* SELECT 2; */ ')).toEqual([]);
  });
});

test('kinds', () => {
  expect(
    kinds(
      'SELECT 1; WITH a AS (SELECT 1) SELECT * FROM a; VALUES (1); (SELECT 1) UNION ALL SELECT 2; EXECUTE SELECT 1; INSERT INTO t SELECT 1;' +
        'EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; END; EXPLAIN SELECT 1; SHOW TABLES; DESC t; STOP JOB \'a\';' +
        'CREATE VIEW v AS SELECT 1; CREATE TABLE t (a INT, b AS a + 1) WITH (\'x\' = \'y\');' +
        'create table t with (\'x\' = \'y\') as select 1; SET \'a\' = \'b\'; USE d; DROP TABLE t; ALTER TABLE t RENAME TO u',
    ),
  ).toEqual([
    'query', 'query', 'query', 'query', 'query', 'insert', 'insert', 'explain', 'other', 'other', 'other',
    'definition', 'definition', 'insert', 'definition', 'definition', 'definition', 'definition',
  ]);
  // A computed column of a query in parentheses is no CREATE TABLE AS SELECT.
  expect(kinds('CREATE TABLE t (a INT, b AS (a))')).toEqual(['definition']);
});

describe('the statement at a cursor', () => {
  const script = 'SELECT 1; SELECT 2;  -- two\n\n-- three\nSELECT\n  3;\n\n';
  const at = (cursor: number) => {
    const found = statementAt(script, splitScript(script), cursor);
    return found && script.slice(found.from, found.to).replace(/\s+/g, ' ');
  };
  test.each([
    ['in the first', 3, 'SELECT 1'],
    ['behind its semicolon', 9, 'SELECT 1'],
    ['at the start of the second', 10, 'SELECT 2'],
    ['in the comment on the same line', 25, 'SELECT 2'],
    ['on the empty line', 28, 'SELECT 3'],
    ['in the comment above', 33, 'SELECT 3'],
    ['at the end of the text', script.length, 'SELECT 3'],
  ])('%s', (_, cursor, expected) => expect(at(cursor)).toBe(expected));
  test('nothing in nothing', () => expect(statementAt('', [], 0)).toBeUndefined());
});

test('a selection means the statements that it has a part of', () => {
  const script = 'SELECT 1; SELECT 2; SELECT 3';
  const chosen = (from: number, to: number) => chosenStatements(script, splitScript(script), from, to).map((s) => script.slice(s.from, s.to));
  expect(chosen(4, 12)).toEqual(['SELECT 1', 'SELECT 2']);
  expect(chosen(8, 10)).toEqual(['SELECT 1']); // of the semicolon and the blank alone: where it begins
  expect(chosen(12, 12)).toEqual(['SELECT 2']);
});

describe('what is sent', () => {
  const excerpt = (script: string, cursor: number) => {
    const statements = splitScript(script);
    return excerptFor(script, statements, chosenStatements(script, statements, cursor, cursor));
  };
  test('definitions above and the statement, each where it stood', () => {
    const script = "SET 'a' = 'b';\nSELECT '🦀' FROM t; CREATE VIEW v AS SELECT 1;\r\nINSERT INTO t SELECT 1;\nSELECT * FROM v";
    const sent = excerpt(script, script.length).sql;
    expect(sent).toBe(
      `SET 'a' = 'b';\n${' '.repeat("SELECT '🦀' FROM t; ".length - 1)}CREATE VIEW v AS SELECT 1;\r\n${' '.repeat(
        'INSERT INTO t SELECT 1;'.length,
      )}\nSELECT * FROM v`,
    );
    expect(sent.split('\n').map((line) => [...line].length)).toEqual(script.split('\n').map((line) => [...line].length));
  });
  test('nothing of what stands below', () => {
    expect(excerpt('SELECT 1; CREATE VIEW v AS SELECT 2', 3).sql).toBe('SELECT 1;');
  });
  test('CREATE TABLE AS SELECT does not run again', () => {
    const { sql, leftOut } = excerpt('CREATE TABLE t AS SELECT 1;\nSELECT * FROM t', 30);
    expect(sql.trim()).toBe('SELECT * FROM t');
    expect(leftOut).toHaveLength(1);
  });
  test('a broken statement elsewhere does not matter', () => {
    expect(excerpt('SELEC 1; SHOW TABLES; SELECT 2', 25).sql.trim()).toBe('SELECT 2');
  });
});

test('summary', () => {
  const script = 'SELECT\n  a,\n  b FROM t';
  expect(summary(script, splitScript(script)[0]!)).toBe('SELECT a, b FROM t');
  expect(summary(script, splitScript(script)[0]!, 9)).toBe('SELECT a…');
});
