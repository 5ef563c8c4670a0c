// Flink's SQL for the editor: what is a keyword, a type, a function.
import { SQLDialect } from '@codemirror/lang-sql';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { tags } from '@lezer/highlight';
import { FUNCTIONS, KEYWORDS, TYPES } from './words';

// Words of the grammar that are functions as well, but seldom.
const RATHER_KEYWORDS = new Set(['array', 'if', 'left', 'map', 'not', 'right', 'row', 'and', 'or', 'in', 'is', 'like', 'between', 'case', 'cast']);

const types = new Set(TYPES);
const functions = new Set(FUNCTIONS.filter((name) => !RATHER_KEYWORDS.has(name) && !types.has(name)));
const keywords = new Set(KEYWORDS.filter((word) => !types.has(word) && !functions.has(word)));

export type WordKind = 'keyword' | 'type' | 'function' | 'name';
export function wordKind(word: string): WordKind {
  const key = word.toLowerCase();
  return types.has(key) ? 'type' : functions.has(key) ? 'function' : keywords.has(key) ? 'keyword' : 'name';
}

const dialect = SQLDialect.define({
  keywords: [...keywords].join(' '),
  types: [...types].join(' '),
  builtin: [...functions].join(' '),
  identifierQuotes: '`',
  operatorChars: '*+-%<>!=|/:',
  specialVar: '',
});

const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.bool, tags.null], class: 'code-keyword' },
  { tag: tags.typeName, class: 'code-type' },
  { tag: tags.standard(tags.name), class: 'code-function' },
  { tag: [tags.string], class: 'code-string' },
  { tag: tags.special(tags.string), class: 'code-quoted' },
  { tag: [tags.number], class: 'code-number' },
  { tag: [tags.lineComment, tags.blockComment], class: 'code-comment' },
]);

export const flinkSql = [
  EditorState.languageData.of(() => [{ closeBrackets: { brackets: ['(', '[', "'", '`'] } }]),
  dialect.language,
  syntaxHighlighting(highlighting),
];
