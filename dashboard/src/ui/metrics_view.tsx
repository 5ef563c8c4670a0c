// The metrics of one process, by Flink's names.
import { useMemo } from 'react';
import type { Answer } from '../api/ask';
import { useLivePath } from '../api/live';
import { NameValues } from './name_values';
import { Panel, Shown } from './parts';

type Metrics = Answer<'/jobmanager/metrics'>;

export function MetricsView({ path }: { path: string }) {
  const names = useLivePath<Metrics>(path);
  const asked = useMemo(() => {
    const ids = names.value?.map(({ id }) => id) ?? [];
    return ids.length > 0 ? `${path}?get=${ids.map(encodeURIComponent).join(',')}` : null;
  }, [names.value, path]);
  const values = useLivePath<Metrics>(asked);
  return (
    <Panel title="Metrics">
      <Shown of={names.value?.length === 0 ? names : { ...values, error: values.error ?? names.error }}>
        {(metrics) => (
          <NameValues label="Metrics" code number empty="It reports none." rows={metrics.map(({ id, value = '' }) => ({ name: id, value }))} />
        )}
      </Shown>
    </Panel>
  );
}
