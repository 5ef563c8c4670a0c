#include "client/completion_script.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace weir {
namespace {

std::vector<CommandWords> Commands() {
  return {
      {"", "", {{"--help", "says this", {}}}},
      {"run", "submits", {{"--file", "the script", {}, true, "-f"}, {"--detached", "returns", {}}}},
      {"savepoint", "copies", {{"--output", "how", {"json", "table"}}}},
      {"savepoint inspect", "shows", {{"--output", "how", {"json", "table"}}}},
      {"list", "lists jobs", {{"--jobs", "which", {}}}},
      {"taskmanager", "runs tasks", {{"--slots", "how many", {}}}},
      {"taskmanager list", "lists them", {{"--output", "how", {"json", "table"}}}}};
}

// What `command`, a shell, prints of a script.
std::string Printed(const std::string& command, const std::string& script) {
  const std::string path = testing::TempDir() + "/weir_completion_" + std::to_string(getpid());
  std::ofstream(path) << script;
  std::string text;
  FILE* out = popen((command + " " + path + " 2>&1").c_str(), "r");
  for (int c; (c = fgetc(out)) != EOF;) text += static_cast<char>(c);
  pclose(out);
  std::filesystem::remove(path);
  return text;
}

// What a real shell offers for the words, the last of which is begun.
std::string Offered(const std::string& words, const std::string& shell = "bash") {
  return Printed(shell == "zsh" ? "zsh -f" : shell,
                 CompletionScript(shell, Commands()) +
                     (shell == "zsh" ? "setopt ksharrays\n" : "") +  // as it calls the function
                     "COMP_WORDS=(" + words + ")\nCOMP_CWORD=$((${#COMP_WORDS[@]}-1))\n" +
                     "_weir\necho \"${COMPREPLY[*]}\"\n");
}

// The same of fish, of a whole line; one a line, without what is said about them.
std::string OfferedByFish(const std::string& line) {
  return Printed("fish --no-config", CompletionScript("fish", Commands()) + "complete -C '" + line +
                                         "' | string replace -r '\\t.*' ''\n");
}

TEST(CompletionScriptTest, WhatBashOffers) {
  EXPECT_EQ(Offered("weir ''"), "run savepoint list taskmanager --help\n");
  EXPECT_EQ(Offered("weir r"), "run\n");
  EXPECT_EQ(Offered("weir run --d"), "--detached\n");
  EXPECT_EQ(Offered("weir savepoint ''"), "inspect --output\n");
  EXPECT_EQ(Offered("weir savepoint inspect --output ''"), "json table\n");
  EXPECT_EQ(Offered("weir savepoint --output t"), "table\n");
  const std::string file = testing::TempDir() + "weir_script_" + std::to_string(getpid());
  std::ofstream(file) << "SELECT 1;";
  EXPECT_EQ(Offered("weir run -f " + file.substr(0, file.size() - 1)), file + "\n");
  std::filesystem::remove(file);
  EXPECT_EQ(Offered("weir run --file " + testing::TempDir() + "no_such"), "\n");
}

TEST(CompletionScriptTest, WhatZshOffers) {
  if (std::system("zsh -f -c : 2>/dev/null") != 0) GTEST_SKIP() << "there is no zsh";
  // It sorts out itself what does not begin with what is typed.
  EXPECT_EQ(Offered("weir run --d", "zsh"), "--file --detached\n");
  EXPECT_EQ(Offered("weir savepoint inspect --output ''", "zsh"), "json table\n");
}

TEST(CompletionScriptTest, Fish) {
  const std::string script = CompletionScript("fish", Commands());
  EXPECT_NE(script.find("complete -c weir -n '__weir_at' -a 'run' -d 'submits'\n"),
            std::string::npos);
  EXPECT_NE(script.find("complete -c weir -n '__weir_at savepoint inspect' -l 'output' -d "
                        "'how' -x -a 'json table'\n"),
            std::string::npos)
      << script;
}

TEST(CompletionScriptTest, WhatFishOffers) {
  if (std::system("fish -c true 2>/dev/null") != 0) GTEST_SKIP() << "there is no fish";
  EXPECT_EQ(OfferedByFish("weir "), "list\nrun\nsavepoint\ntaskmanager\n");
  EXPECT_EQ(OfferedByFish("weir list --"), "--jobs\n");
  EXPECT_EQ(OfferedByFish("weir taskmanager "), "list\n");
  EXPECT_EQ(OfferedByFish("weir taskmanager --"), "--slots\n");
  EXPECT_EQ(OfferedByFish("weir taskmanager list --"), "--output\n") << "not what `weir list` has";
  EXPECT_EQ(OfferedByFish("weir savepoint inspect --output "), "json\ntable\n");
}

}  // namespace
}  // namespace weir
