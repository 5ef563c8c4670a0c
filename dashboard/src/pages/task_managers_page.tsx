export function TaskManagersPage() {
  return null;
}
