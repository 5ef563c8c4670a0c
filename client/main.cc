#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "client/local.h"
#include "common/base/logging.h"
#include "common/base/version.h"

int main(int argc, char** argv) {
  weir::LocalCommand local;
  CLI::App app{"weir"};
  auto* l = app.add_subcommand("local");
  l->add_option("-f", local.file);
  l->add_option("--parallelism", local.parallelism);
  std::string output = "table";
  l->add_option("--output", output);
  std::vector<std::string> sets;
  l->add_option("--set", sets);
  CLI11_PARSE(app, argc, argv);
  for (auto& s : sets) local.config[s.substr(0, s.find('='))] = s.substr(s.find('=') + 1);
  local.output = output == "table"  ? weir::OutputFormat::kTable
                 : output == "json" ? weir::OutputFormat::kJson
                                    : weir::OutputFormat::kChangelog;
  if (!getenv("WEIR_LOG_LEVEL")) weir::SetLogLevel(weir::LogLevel::kWarning);
  return weir::RunLocal(local);
}
