// The job manager itself.
import type { Answer } from '../api/ask';
import { getJson, useAsked } from '../api/asked';
import { LogView } from '../ui/log_view';
import { MetricsView } from '../ui/metrics_view';
import { NameValues } from '../ui/name_values';
import { Notice, Panel, Shown } from '../ui/parts';
import { Tabs } from '../ui/tabs';
import { useTitle } from '../ui/title';

type Options = Answer<'/jobmanager/config'>; // does not change while it runs
const TABS = [
  { id: 'configuration', name: 'Configuration' },
  { id: 'metrics', name: 'Metrics' },
  { id: 'log', name: 'Log' },
  { id: 'stdout', name: 'Standard output' },
];

export function JobManagerPage({ tab }: { tab: string }) {
  useTitle('Job manager');
  return (
    <>
      <h1>Job manager</h1>
      <Tabs label="Of the job manager" at={['jobmanager']} tabs={TABS} current={tab} />
      {tab === 'configuration' && <Configuration />}
      {tab === 'metrics' && <MetricsView path="/jobmanager/metrics" />}
      {tab === 'log' && <LogView key="log" title="Log" path="/jobmanager/log" />}
      {tab === 'stdout' && <LogView key="stdout" title="Standard output" path="/jobmanager/stdout" />}
      {!TABS.some(({ id }) => id === tab) && <Notice tone="bad" title="There is no such page" />}
    </>
  );
}

function Configuration() {
  return (
    <Panel title="Configuration">
      <Shown of={useAsked<Options>('/jobmanager/config', getJson)}>
        {(options) => (
          <NameValues
            label="Configuration"
            code
            empty="Nothing is set: all is as by default."
            rows={options.map(({ key, value }) => ({ name: key, value }))}
          />
        )}
      </Shown>
    </Panel>
  );
}
