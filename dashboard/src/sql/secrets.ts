// Passwords, tokens and keys in a script, told by the names they stand behind: by the rule of common/base/secrets.cc,
// which the test of the SQL page holds this list against. Pure.

export const HIDDEN = '******';

const SECRET_PARTS = [
  'password', 'passwd', 'secret', 'token', 'jaas', 'credential', 'ssl.key.pem',
  'ssl.keystore.key', 'private', 'api-key', 'apikey', 'passphrase', 'basic-auth',
  'service-key', 'account.key', 'auth-params', 'http-headers', 'oauthbearer.config',
];

type Span = [from: number, to: number];

function isSecretOption(key: string): boolean {
  const lower = key.toLowerCase();
  return SECRET_PARTS.some((part) => lower.includes(part));
}

/** What is quoted from `at` on, without its quotes; to the end of the text where they are not closed. */
function quoted(text: string, at: number): Span {
  const quote = text[at]!;
  let end = at + 1;
  for (; end < text.length; ++end) {
    if (text[end] === '\\' && quote !== "'") {
      ++end;
    } else if (text[end] === quote) {
      if (quote === '"' || text[end + 1] !== quote) break;
      ++end;
    }
  }
  return [at + 1, Math.min(end, text.length)];
}

const BLANKS = /\s*/y;
function skipBlanks(text: string, at: number): number {
  BLANKS.lastIndex = at;
  BLANKS.exec(text);
  return BLANKS.lastIndex;
}

const BARE = /[^\s&;,'")]*/y;
/** The value that is given to the key which ends before `at`. */
function valueBehind(text: string, at: number): Span | null {
  const quotedKey = /['"`]/.test(text[at] ?? '');
  let from = skipBlanks(text, quotedKey ? at + 1 : at);
  // "token: ..." without quotes is a sentence.
  if (text[from] !== '=' && !(quotedKey && text[from] === ':')) return null;
  from = skipBlanks(text, from + 1);
  if (/['"`]/.test(text[from] ?? '')) return quoted(text, from);
  BARE.lastIndex = from;
  BARE.exec(text);
  return [from, BARE.lastIndex];
}

/** The password of the URL whose authority begins at `at`. */
function passwordOfUrl(text: string, at: number): Span | null {
  const [authority] = /^[^/?#'"` \t\n]*/.exec(text.slice(at))!;
  const host = authority.lastIndexOf('@');
  const colon = authority.indexOf(':');
  return host < 0 || colon < 0 || colon > host ? null : [at + colon + 1, at + host];
}

const KEY = /[a-z0-9._-]+/iy;
export function findSecrets(text: string): Span[] {
  const found: Span[] = [];
  const add = (span: Span | null) => {
    if (span && span[0] < span[1]) found.push(span);
    return span ? span[1] : 0;
  };
  for (let at = 0; at < text.length; ) {
    KEY.lastIndex = at;
    const key = KEY.exec(text)?.[0];
    if (text.startsWith('://', at)) {
      at = Math.max(at + 3, add(passwordOfUrl(text, at + 3)));
    } else if (key !== undefined) {
      const end = at + key.length;
      at = Math.max(end, isSecretOption(key) ? add(valueBehind(text, end)) : 0);
    } else {
      ++at;
    }
  }
  return found;
}

export function withoutSecrets(text: string): string {
  let shown = '';
  let at = 0;
  for (const [from, to] of findSecrets(text)) {
    shown += text.slice(at, from) + HIDDEN;
    at = to;
  }
  return shown + text.slice(at);
}

/** Whether a secret was taken out of the text and is to be put in again. */
export const lacksSecrets = (text: string) => findSecrets(text).some(([from, to]) => text.slice(from, to) === HIDDEN);
