// What is shown in place of a part of the page that could not be drawn: our mistake, and the rest of the page stays.
import { Component, type ReactNode } from 'react';
import { Notice } from './parts';

export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <Notice tone="bad" title="This part of the page could not be drawn">
        <p>{error.message}</p>
        <p>Jobs are not concerned. <button onClick={() => this.setState({ error: null })}>Try again</button></p>
      </Notice>
    );
  }
}
