// What to do when there is nothing to run jobs on.
import type { Answer } from '../api/ask';
import { getJson, useAsked } from '../api/asked';
import { Notice } from '../ui/parts';

export function StartTaskManager() {
  const options = useAsked<Answer<'/jobmanager/config'>>('/jobmanager/config', getJson).value ?? [];
  const option = (key: string) => options.find((one) => one.key === key)?.value;
  const host = option('jobmanager.rpc.address') || window.location.hostname;
  const port = option('jobmanager.rpc.port') || '6123';
  return (
    <Notice tone="busy" title="No task manager is connected: jobs wait for one">
      <span>
        Start one: <code>weir taskmanager --jobmanager {host}:{port} --slots 4</code>
      </span>
    </Notice>
  );
}
