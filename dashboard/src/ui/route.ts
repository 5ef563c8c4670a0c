// The page's address: what stands behind '#'. "#/jobs/<id>/checkpoints" is ['jobs', '<id>', 'checkpoints'].
import { useSyncExternalStore } from 'react';

export function parseRoute(hash: string): string[] {
  return hash
    .replace(/^#/, '')
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
}
export const hrefTo = (...parts: string[]) => `#/${parts.map(encodeURIComponent).join('/')}`;

export function goTo(...parts: string[]): void {
  window.location.hash = hrefTo(...parts);
}

const subscribe = (listener: () => void) => {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
};
export function useRoute(): string[] {
  return parseRoute(useSyncExternalStore(subscribe, () => window.location.hash));
}
