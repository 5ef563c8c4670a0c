// The scripts that this browser keeps, by name; their passwords and keys only this tab keeps, until it is closed. Pure
// but for `load` and `save`.
import { EXAMPLES } from './examples';
import { withoutSecrets } from './secrets';

export type Scripts = { current: string; texts: Record<string, string> };

const KEY = 'weir-sql';

export function parseScripts(stored: string | null): Scripts {
  try {
    const { current, texts } = JSON.parse(stored ?? '') as Scripts;
    if (typeof texts[current] === 'string' && Object.values(texts).every((text) => typeof text === 'string')) {
      return { current, texts };
    }
  } catch {
    // Nothing there, or nothing that can be read.
  }
  const { name, text } = EXAMPLES[0]!;
  return { current: name, texts: { [name]: text } };
}

/** The name, or with a number behind it where that is taken. */
export function freeName({ texts }: Scripts, name: string): string {
  let free = name;
  for (let n = 2; free in texts; ++n) free = `${name} ${n}`;
  return free;
}
export function added(scripts: Scripts, name: string, text: string): Scripts {
  const free = freeName(scripts, name);
  return { current: free, texts: { ...scripts.texts, [free]: text } };
}
export function changed({ current, texts }: Scripts, text: string): Scripts {
  return { current, texts: { ...texts, [current]: text } };
}
export function renamed({ current, texts }: Scripts, name: string): Scripts {
  const { [current]: text = '', ...others } = texts;
  const free = freeName({ current, texts: others }, name);
  return { current: free, texts: { ...others, [free]: text } };
}
/** Without the current one; there is always one. */
export function removed({ current, texts }: Scripts): Scripts {
  const { [current]: _, ...others } = texts;
  const next = Object.keys(others)[0];
  return next === undefined ? added({ current: '', texts: {} }, 'Script', '') : { current: next, texts: others };
}

/** As they may outlive the tab. */
export function toKeep({ current, texts }: Scripts): Scripts {
  return { current, texts: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, withoutSecrets(text)])) };
}
/** With the secrets that this tab knows, where the script is the one that it knows them of. */
export function restored(kept: Scripts, ofTab: Scripts): Scripts {
  const texts = Object.entries(kept.texts).map(([name, text]) => {
    const whole = ofTab.texts[name];
    return [name, whole !== undefined && withoutSecrets(whole) === text ? whole : text];
  });
  return { current: kept.current, texts: Object.fromEntries(texts) };
}

export function load(): Scripts {
  const kept = parseScripts(localStorage.getItem(KEY));
  const scripts = restored(kept, parseScripts(sessionStorage.getItem(KEY)));
  // An earlier version of this page kept passwords too.
  if (JSON.stringify(toKeep(kept)) !== JSON.stringify(kept)) save(scripts);
  return scripts;
}
/** False: the browser keeps no more. */
export function save(scripts: Scripts): boolean {
  try {
    localStorage.setItem(KEY, JSON.stringify(toKeep(scripts)));
    sessionStorage.setItem(KEY, JSON.stringify(scripts));
    return true;
  } catch {
    return false;
  }
}
