#include "client/completion_script.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace weir {
namespace {

std::vector<CommandWords> Commands() {
  return {{"", "", {{"--help", "says this", {}}}},
          {"run", "submits", {{"--file", "the script", {}, true}, {"--detached", "returns", {}}}},
          {"savepoint", "copies", {{"--output", "how", {"json", "table"}}}},
          {"savepoint inspect", "shows", {{"--output", "how", {"json", "table"}}}}};
}

// What a real bash offers for the words, the last of which is begun.
std::string Offered(const std::string& words) {
  const std::string path = testing::TempDir() + "/weir_completion_" + std::to_string(getpid());
  std::ofstream(path) << CompletionScript("bash", Commands()) << "COMP_WORDS=(" << words
                      << ")\nCOMP_CWORD=$((${#COMP_WORDS[@]}-1))\n"
                      << "_weir\necho \"${COMPREPLY[*]}\"\n";
  std::string text;
  FILE* out = popen(("bash " + path + " 2>&1").c_str(), "r");
  for (int c; (c = fgetc(out)) != EOF;) text += static_cast<char>(c);
  pclose(out);
  std::filesystem::remove(path);
  return text;
}

TEST(CompletionScriptTest, WhatBashOffers) {
  EXPECT_EQ(Offered("weir ''"), "run savepoint --help\n");
  EXPECT_EQ(Offered("weir r"), "run\n");
  EXPECT_EQ(Offered("weir run --d"), "--detached\n");
  EXPECT_EQ(Offered("weir savepoint ''"), "inspect --output\n");
  EXPECT_EQ(Offered("weir savepoint inspect --output ''"), "json table\n");
  EXPECT_EQ(Offered("weir savepoint --output t"), "table\n");
  EXPECT_EQ(Offered("weir run --file " + testing::TempDir() + "no_such"), "\n");
}

TEST(CompletionScriptTest, Fish) {
  const std::string script = CompletionScript("fish", Commands());
  EXPECT_NE(script.find("complete -c weir -n '__fish_use_subcommand' -a 'run' -d 'submits'\n"),
            std::string::npos);
  EXPECT_NE(script.find("complete -c weir -n '__fish_seen_subcommand_from inspect' -l 'output' -d "
                        "'how' -x -a 'json table'\n"),
            std::string::npos)
      << script;
}

}  // namespace
}  // namespace weir
