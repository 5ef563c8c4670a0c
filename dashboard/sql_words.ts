// The words of the SQL dialect, from where the parser has them: `import { KEYWORDS, TYPES } from 'virtual:sql-words'`.
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const MODULE = 'virtual:sql-words';
const read = (path: string) => readFileSync(new URL(`../sql/${path}`, import.meta.url), 'utf8');

export function readSqlWords(): { keywords: string[]; types: string[] } {
  const keywords = [...read('keywords.h').matchAll(/\bX\((\w+)\)/g)].map((match) => match[1]!);
  // What Parser::ParseType takes for the name of a type.
  const parser = read('parser_types.cc');
  const part = parser.slice(parser.indexOf('Parser::ParseBaseType()'), parser.indexOf('Parser::ParseTypeParameters('));
  const types = [...part.matchAll(/case Keyword::k(\w+):/g)].map((match) => match[1]!).filter((word) => word !== 'NULL');
  if (keywords.length < 100 || types.length < 10) throw new Error('sql/keywords.h or sql/parser_types.cc has another shape');
  return { keywords, types };
}

export function sqlWords(): Plugin {
  return {
    name: 'sql-words',
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load(id) {
      if (id !== `\0${MODULE}`) return undefined;
      const { keywords, types } = readSqlWords();
      return `export const KEYWORDS = ${JSON.stringify(keywords)};\nexport const TYPES = ${JSON.stringify(types)};\n`;
    },
  };
}
