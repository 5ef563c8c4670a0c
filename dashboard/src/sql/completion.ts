// What may stand at the cursor, from the server: it knows the tables of the script.
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { ask, type PostAnswer } from '../api/ask';
import { wordKind } from './dialect';
import { bytesBefore, offsetOfByte } from './place';

export async function completeSql(context: CompletionContext): Promise<CompletionResult | null> {
  const word = context.matchBefore(/[\w$\u0080-\uffff]*/);
  const begun = word !== null && word.from < word.to;
  const behindDot = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos) === '.';
  if (!context.explicit && !begun && !behindDot) return null;
  const abort = new AbortController();
  context.addEventListener('abort', () => abort.abort());
  const text = context.state.doc.toString();
  try {
    const found = await ask<PostAnswer<'/ext/sql/complete'>>(
      'POST',
      '/ext/sql/complete',
      { sql: text, cursor: bytesBefore(text, context.pos) },
      abort.signal,
    );
    if (found.words.length === 0) return null;
    return {
      from: offsetOfByte(text, found.from),
      options: found.words.map((label, i) => option(label, i, found.words.length)),
      // Without a letter the server leaves out the many words that fit anywhere.
      ...(begun ? { validFor: /^[\w$\u0080-\uffff]*$/ } : {}),
    };
  } catch {
    return null; // the page says elsewhere that nobody answers
  }
}

// In the server's order: the likeliest first.
function option(label: string, at: number, of: number): Completion {
  const kind = wordKind(label);
  return { label, ...(kind === 'name' ? {} : { detail: kind }), boost: 90 - (180 * at) / of };
}
