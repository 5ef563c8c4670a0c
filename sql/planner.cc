#include "sql/planner.h"

#include <map>

namespace weir::sql {
namespace {

constexpr int kDefaultMaxParallelism = 128;

struct Place {
  int vertex;
  int node;
};

const char* ExchangeName(plan::Exchange::Kind kind) {
  switch (kind) {
    case plan::Exchange::FORWARD:
      return "FORWARD";
    case plan::Exchange::HASH:
      return "HASH";
    case plan::Exchange::REBALANCE:
      return "REBALANCE";
    case plan::Exchange::BROADCAST:
      return "BROADCAST";
    case plan::Exchange::SINGLETON:
      return "SINGLETON";
    default:
      return "?";
  }
}

}  // namespace

plan::JobGraph MakeJobGraph(const PhysicalPlan& physical, const std::string& name,
                            const SessionConfig& config) {
  plan::JobGraph graph;
  graph.set_name(name);
  graph.set_max_parallelism(kDefaultMaxParallelism);
  if (auto it = config.options.find("pipeline.max-parallelism"); it != config.options.end()) {
    int value = std::atoi(it->second.c_str());
    if (value > 0) graph.set_max_parallelism(value);
  }
  for (const auto& [key, value] : config.options) (*graph.mutable_config())[key] = value;

  std::map<const PhysicalNode*, Place> places;
  for (const auto& node : physical.nodes) {
    const bool chained = node->inputs.size() == 1 &&
                         node->inputs[0].exchange.kind() == plan::Exchange::FORWARD &&
                         node->inputs[0].node->parallelism == node->parallelism;
    int vertex_index;
    if (chained) {
      vertex_index = places[node->inputs[0].node].vertex;
    } else {
      vertex_index = graph.vertices_size();
      plan::Vertex* vertex = graph.add_vertices();
      vertex->set_id(static_cast<uint32_t>(vertex_index));
      vertex->set_parallelism(node->parallelism);
    }
    plan::Vertex* vertex = graph.mutable_vertices(vertex_index);
    plan::OperatorNode* op = vertex->add_chain();
    *op = node->op;
    op->set_id(static_cast<uint32_t>(vertex->chain_size() - 1));
    op->set_parent(chained ? places[node->inputs[0].node].node : -1);
    vertex->set_name(vertex->name() + (vertex->chain_size() > 1 ? " -> " : "") + op->name());
    places[node.get()] = {vertex_index, vertex->chain_size() - 1};
    if (chained) continue;
    for (const PhysicalNode::Input& input : node->inputs) {
      Place from = places[input.node];
      plan::Edge* edge = graph.add_edges();
      edge->set_id(static_cast<uint32_t>(graph.edges_size() - 1));
      edge->set_from_vertex(static_cast<uint32_t>(from.vertex));
      edge->set_from_node(static_cast<uint32_t>(from.node));
      edge->set_to_vertex(static_cast<uint32_t>(vertex_index));
      *edge->mutable_exchange() = input.exchange;
    }
  }
  return graph;
}

std::string ToText(const plan::JobGraph& graph) {
  std::string out;
  for (const plan::Vertex& vertex : graph.vertices()) {
    out += "Vertex " + std::to_string(vertex.id()) + " (parallelism " +
           std::to_string(vertex.parallelism()) + ")";
    for (const plan::Edge& edge : graph.edges()) {
      if (edge.to_vertex() != vertex.id()) continue;
      out += std::string(" <- ") + ExchangeName(edge.exchange().kind());
      if (edge.exchange().keys_size()) {
        const plan::Schema& schema = graph.vertices(static_cast<int>(edge.from_vertex()))
                                         .chain(static_cast<int>(edge.from_node()))
                                         .output();
        out += "[";
        for (int i = 0; i < edge.exchange().keys_size(); ++i) {
          out += (i ? ", " : "") + schema.fields(static_cast<int>(edge.exchange().keys(i))).name();
        }
        out += "]";
      }
      out += " from " + std::to_string(edge.from_vertex()) + "." + std::to_string(edge.from_node());
    }
    out += "\n";
    for (const plan::OperatorNode& node : vertex.chain()) {
      out += "   " + std::to_string(node.id()) + ": " + node.name();
      if (node.parent() >= 0) out += "  <- " + std::to_string(node.parent());
      out += "\n";
    }
  }
  return out;
}

}  // namespace weir::sql
