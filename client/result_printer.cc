#include "client/result_printer.h"

#include "client/changelog_text.h"
#include "client/table_printer.h"
#include "common/base/secrets.h"
#include "formats/format.h"

namespace weir {
namespace {

class ChangelogPrinter : public ResultPrinter {
 public:
  explicit ChangelogPrinter(std::ostream& out) : out_(out) {}

  void BeginStatement(std::string_view text) override {
    out_ << "> " << WithoutSecrets(CollapseWhitespace(text)) << std::endl;
  }
  Status BeginRows(const ResultHeader& header) override {
    out_ << "schema " << header.schema_text << std::endl;
    return OkStatus();
  }
  Status Rows(const Batch& batch) override {
    std::string text;
    for (size_t row = 0; row < batch.rows(); ++row) {
      AppendChangelogRow(batch, row, text);
      text += '\n';
    }
    out_ << text << std::flush;
    return OkStatus();
  }
  void Idle() override {}
  void EndRows() override {}
  void Failed(const Status& status) override {
    out_ << "error " << WithoutSecrets(status.ToString()) << std::endl;
  }

 private:
  std::ostream& out_;
};

class JsonPrinter : public ResultPrinter {
 public:
  explicit JsonPrinter(std::ostream& out) : out_(out) {}

  void BeginStatement(std::string_view) override { ++statement_; }
  Status BeginRows(const ResultHeader& header) override {
    ASSIGN_OR_RETURN(const Format* format, FindFormat("json"));
    ASSIGN_OR_RETURN(encoder_, format->make_encoder(header.schema,
                                                    {{"encode.decimal-as-plain-number", "true"}}));
    return OkStatus();
  }
  Status Rows(const Batch& batch) override {
    std::string text;
    for (size_t row = 0; row < batch.rows(); ++row) {
      text += "{\"statement\":" + std::to_string(statement_) + ",\"op\":\"";
      text.append(RowKindText(batch.kind(row))).append("\",\"row\":");
      RETURN_IF_ERROR(encoder_->Encode(batch, row, text));
      text += "}\n";
    }
    out_ << text << std::flush;
    return OkStatus();
  }
  void Idle() override {}
  void EndRows() override {}
  void Failed(const Status&) override {}

 private:
  std::ostream& out_;
  int statement_ = 0;
  std::unique_ptr<Encoder> encoder_;
};

}  // namespace

std::unique_ptr<ResultPrinter> MakeResultPrinter(OutputFormat format, std::ostream& out) {
  switch (format) {
    case OutputFormat::kTable:
      return std::make_unique<TablePrinter>(out);
    case OutputFormat::kChangelog:
      return std::make_unique<ChangelogPrinter>(out);
    case OutputFormat::kJson:
      return std::make_unique<JsonPrinter>(out);
  }
  return nullptr;
}

bool MakesChanges(const plan::JobGraph& graph) {
  for (const plan::Vertex& vertex : graph.vertices()) {
    for (const plan::OperatorNode& node : vertex.chain()) {
      if (node.has_group_aggregate()) return true;
    }
  }
  return false;
}

}  // namespace weir
