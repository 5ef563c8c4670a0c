export function JobManagerPage({ tab }: { tab: string }) {
  return <p>{tab}</p>;
}
