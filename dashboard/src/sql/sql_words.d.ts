// Made by sql_words.ts while the page is built.
declare module 'virtual:sql-words' {
  export const KEYWORDS: string[];
  export const TYPES: string[];
}
