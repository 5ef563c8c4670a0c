// Light or dark: the system's choice until somebody chooses.
import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';
const KEY = 'weir-theme';
const system = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function current(): Theme {
  const chosen = localStorage.getItem(KEY);
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return system.matches ? 'dark' : 'light';
}
function apply() {
  document.documentElement.dataset.theme = current();
  for (const listener of listeners) listener();
}
export function startTheme(): void {
  system.addEventListener('change', apply);
  apply();
}
export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  apply();
}
export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, current);
}
