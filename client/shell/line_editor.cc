#include "client/shell/line_editor.h"

#include <fcntl.h>
#include <histedit.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "client/shell/terminal.h"
#include "client/table_printer.h"
#include "common/base/secrets.h"

namespace weir {
namespace {

constexpr int kHistoryEntries = 1000;
constexpr size_t kMostListed = 200;

class PlainLines : public LineEditor {
 public:
  Outcome Read(const std::string&, std::string& line) override {
    return std::getline(std::cin, line) ? Outcome::kLine : Outcome::kEnd;
  }
  void Remember(const std::string&) override {}
  bool interactive() const override { return false; }
};

// In columns, as wide as the terminal.
void ListWords(const std::vector<std::string>& words) {
  size_t width = 0;
  for (const std::string& word : words) width = std::max(width, word.size() + 2);
  const size_t per_line = std::max<size_t>(1, TerminalSize().columns / width);
  std::string text = "\n";
  for (size_t i = 0; i < std::min(words.size(), kMostListed); ++i) {
    text += words[i];
    const bool last = (i + 1) % per_line == 0 || i + 1 == words.size();
    text += last ? "\n" : std::string(width - words[i].size(), ' ');
  }
  if (words.size() > kMostListed) text += "... and more\n";
  std::cout << text << std::flush;
}

// libedit, which is C: the object is found again as its client data.
class EditedLines : public LineEditor {
 public:
  EditedLines(std::string history_file, Completer completer)
      : history_file_(std::move(history_file)), completer_(std::move(completer)) {
    HistEvent event;
    for (History* one : {history_, kept_}) {
      history(one, &event, H_SETSIZE, kHistoryEntries);
      history(one, &event, H_SETUNIQUE, 1);
    }
    if (!history_file_.empty()) history(history_, &event, H_LOAD, history_file_.c_str());
    edit_ = el_init("weir", stdin, stdout, stderr);
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_PROMPT, &Prompt);
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_HIST, history, history_);
    el_set(edit_, EL_ADDFN, "weir-complete", "complete the word", &OnComplete);
    el_set(edit_, EL_BIND, "^I", "weir-complete", nullptr);
    el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    el_set(edit_, EL_ADDFN, "weir-interrupt", "give the line up", &OnInterrupt);
    // While a line is edited Ctrl-C is a key like any other.
    el_set(edit_, EL_SETTY, "-d", "-isig", nullptr);
    el_set(edit_, EL_BIND, "^C", "weir-interrupt", nullptr);
    el_source(edit_, nullptr);
  }
  ~EditedLines() override {
    el_end(edit_);
    history_end(history_);
    history_end(kept_);
  }

  Outcome Read(const std::string& prompt, std::string& line) override {
    prompt_ = prompt;
    interrupted_ = false;
    int length = 0;
    const char* text = el_gets(edit_, &length);
    if (interrupted_) {
      std::cout << std::endl;
      return Outcome::kInterrupted;
    }
    if (text == nullptr || length <= 0) return Outcome::kEnd;
    line.assign(text, static_cast<size_t>(length));
    while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
    return Outcome::kLine;
  }

  void Remember(const std::string& entry) override {
    if (entry.empty()) return;
    HistEvent event;
    history(history_, &event, H_ENTER, entry.c_str());
    if (!history_file_.empty()) Keep(WithoutSecrets(entry));
  }
  bool interactive() const override { return true; }

 private:
  // Behind what other prompts have written meanwhile: the file is read again before it is written.
  void Keep(const std::string& entry) {
    // What people ask is nobody else's business, also in a file that was there before.
    const int fd = open(history_file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return;
    (void)fchmod(fd, 0600);
    (void)flock(fd, LOCK_EX);
    HistEvent event;
    history(kept_, &event, H_CLEAR);
    history(kept_, &event, H_LOAD, history_file_.c_str());
    history(kept_, &event, H_ENTER, entry.c_str());
    history(kept_, &event, H_SAVE, history_file_.c_str());
    close(fd);
  }

  static EditedLines& Of(EditLine* edit) {
    EditedLines* self = nullptr;
    el_get(edit, EL_CLIENTDATA, &self);
    return *self;
  }
  static const char* Prompt(EditLine* edit) { return Of(edit).prompt_.c_str(); }
  static unsigned char OnInterrupt(EditLine* edit, int) {
    Of(edit).interrupted_ = true;
    return CC_NEWLINE;
  }
  static unsigned char OnComplete(EditLine* edit, int) { return Of(edit).Complete(); }

  unsigned char Complete() {
    const LineInfo* info = el_line(edit_);
    const std::string before(info->buffer, static_cast<size_t>(info->cursor - info->buffer));
    const OfferedWords offered = completer_(before);
    if (offered.words.empty() || offered.begin > before.size()) return CC_ERROR;
    std::string word = CommonPrefix(offered.words);
    if (offered.words.size() == 1) word += ' ';
    const std::string typed = before.substr(offered.begin);
    if (word.size() > typed.size() || offered.words.size() == 1) {
      el_deletestr(edit_, static_cast<int>(CharactersOf(typed)));
      if (el_insertstr(edit_, word.c_str()) != 0) return CC_ERROR;
      return CC_REFRESH;
    }
    ListWords(offered.words);
    return CC_REDISPLAY;
  }

  const std::string history_file_;
  const Completer completer_;
  History* const history_ = history_init();
  History* const kept_ = history_init();  // as it is in the file: without passwords, of all prompts
  EditLine* edit_;
  std::string prompt_;
  bool interrupted_ = false;
};

}  // namespace

std::string CommonPrefix(const std::vector<std::string>& words) {
  if (words.empty()) return "";
  std::string prefix = words[0];
  for (const std::string& word : words) {
    const auto end = std::mismatch(prefix.begin(), prefix.end(), word.begin(), word.end()).first;
    prefix.erase(end, prefix.end());
  }
  return prefix;
}

std::unique_ptr<LineEditor> LineEditor::Make(const std::string& history_file, Completer completer) {
  if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) {
    return std::make_unique<PlainLines>();
  }
  return std::make_unique<EditedLines>(history_file, std::move(completer));
}

}  // namespace weir
