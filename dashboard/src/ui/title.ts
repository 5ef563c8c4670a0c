import { useEffect } from 'react';

/** What the browser calls the page. */
export function useTitle(...parts: string[]): void {
  const title = [...parts.filter((part) => part !== ''), 'Weir'].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}
