export function TaskManagerPage({ id, tab }: { id: string; tab: string }) {
  return <p>{id} {tab}</p>;
}
