#include <charconv>

#include "jobmanager/rest/operations.h"
#include "jobmanager/rest/views.h"

namespace weir {
namespace {

Status CannotResolve(const std::string& what, const std::string& value) {
  return InvalidArgumentError("Bad request, could not parse parameters: Cannot resolve " + what +
                              " from value \"" + value + "\".");
}

}  // namespace

StatusOr<int64_t> ParseNumber(const std::string& what, const std::string& text) {
  int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && number >= 0) {
    return number;
  }
  return CannotResolve(what, text);
}

StatusOr<const JobSnapshot*> FindJob(const ViewRequest& request) {
  const std::string& id = request.path.Get("jobid");
  const auto it = request.cluster.jobs.find(id);
  if (it != request.cluster.jobs.end()) return it->second.get();
  if (!IsHexId(id)) return CannotResolve("path parameter (jobid)", id);
  return NotFoundError("Job " + id + " not found");
}

StatusOr<VertexOfJob> FindVertex(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const JobSnapshot* job, FindJob(request));
  const std::string& id = request.path.Get("vertexid");
  for (const VertexSnapshot& vertex : job->vertices) {
    if (vertex.id == id) return VertexOfJob{job, &vertex};
  }
  if (!IsHexId(id)) return CannotResolve("path parameter (vertexid)", id);
  return NotFoundError("No vertex with ID '" + id + "' exists.");
}

StatusOr<SubtaskOfVertex> FindSubtask(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const VertexOfJob of, FindVertex(request));
  const std::string& text = request.path.Get("subtaskindex");
  ASSIGN_OR_RETURN(const int64_t index, ParseNumber("path parameter (subtaskindex)", text));
  if (index >= static_cast<int64_t>(of.vertex->subtasks.size())) {
    return NotFoundError("Invalid subtask index for vertex " + of.vertex->id);
  }
  return SubtaskOfVertex{of, static_cast<int32_t>(index), &of.vertex->subtasks[index]};
}

StatusOr<const TaskManagerSnapshot*> FindTaskManager(const ViewRequest& request) {
  const std::string& id = request.path.Get("taskmanagerid");
  const auto it = request.cluster.task_managers.find(id);
  if (it != request.cluster.task_managers.end()) return &it->second;
  return NotFoundError("Could not find task manager " + id + ".");
}

}  // namespace weir
